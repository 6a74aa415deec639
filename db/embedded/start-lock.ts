/**
 * One process at a time starts or adopts the server of a data root. It holds ports of this machine meanwhile: the
 * operating system gives them to one process only and takes them back when that ends, however it ends.
 */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { EmbeddedServerError } from "./failure.ts";

/** The server is for this machine only. */
export const HOST = "127.0.0.1";

/** Below the ports that Linux and macOS give to connections, and below those that Kubernetes gives to services. */
const FIRST_PORT = 20_000;
const LAST_PORT = 29_999;
/** Two processes cannot both have two of three, and another program that listens on one is no obstacle. */
const PORTS = 3;
const NEEDED = 2;
/** Short beside the second that a start takes. A random part is added, so that two that got one port each part. */
const LOOK_AGAIN_MS = 50;
/** A start with initdb takes seconds, with crash recovery perhaps a minute: three minutes mean that something hangs. */
const WAIT_LIMIT_MS = 180_000;

/** Runs `action` while no other process of this machine runs one for the same `dataRoot`. Waits three minutes at most. */
export async function withStartLock<T>(dataRoot: string, action: () => Promise<T>): Promise<T> {
  const ports = portsOf(dataRoot);
  const deadline = Date.now() + WAIT_LIMIT_MS;
  for (;;) {
    const held = (await Promise.all(ports.map(listen))).filter((server) => server !== undefined);
    try {
      if (held.length >= NEEDED) return await action();
    } finally {
      await Promise.all(held.map(close));
    }
    if (Date.now() > deadline) {
      throw new EmbeddedServerError(
        `The embedded PostgreSQL cannot be started because another process has been starting it for more than ${WAIT_LIMIT_MS / 60_000} minutes: end the process that listens on the ports ${ports.join(", ")} of ${HOST} and try again.`,
      );
    }
    await pause(LOOK_AGAIN_MS * (1 + Math.random()));
  }
}

/** Neighbours, by the path's hash. Two data roots that share some only wait for each other. */
export function portsOf(dataRoot: string): number[] {
  const hash = createHash("sha256").update(dataRoot).digest().readUInt32BE();
  const first = FIRST_PORT + (hash % (LAST_PORT - FIRST_PORT + 1 - PORTS));
  return Array.from({ length: PORTS }, (_, index) => first + index);
}

/** The remembered port where it is free, so that an address somebody noted stays good; else one from the system. */
export async function choosePort(remembered: number | undefined): Promise<number> {
  const server = (remembered && (await listen(remembered))) || (await listen(0));
  const address = server?.address();
  if (!server || !address || typeof address === "string")
    throw new Error(`Bug: the system has no free port on ${HOST}.`);
  await close(server);
  return address.port;
}

/** Nothing where the port is taken. */
async function listen(port: number): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    // Exclusive, because workers of a cluster would share the port.
    await once(server.listen({ port, host: HOST, exclusive: true }), "listening");
    return server;
  } catch {
    return undefined;
  }
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}
