/** How the server ends when it is told to: nobody who asks while it does goes without an answer. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { flushAttempts } from "../../db/attempts/record.ts";
import { DEADLINE_MS, READ_DEADLINE_MS } from "../../db/execution/deadline.ts";
import { drain } from "../../db/payments/settle.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** What Node.js publishes of a connection that was accepted, and of a request that was read. */
const ARRIVALS = ["net.server.socket", "http.server.request.start"] as const;

/**
 * How long everything is served as ever after the signal. Node.js cuts every connection that is idle at the moment the port
 * is closed, also one whose next request has come and was not read yet; on a busy server those are a dozen. Meanwhile
 * whatever spreads requests over servers learns from /api/health/ready that this one goes.
 */
const SERVE_ON_MS = 2_000;
/**
 * Where the event loop was held up, what came meanwhile still waits outside: connections that were not accepted, and
 * requests that were not read. It is taken first, until nothing came for a moment; no longer than a second, as a rule.
 */
const QUIET_MS = 50;
const QUIET_TRIES = 20;
/** Answering takes milliseconds; what is recorded on the side is written meanwhile, or lost. */
const ANSWERING_MAX_MS = 4_000;
/**
 * What was taken has its answer by then: first it is read who asks, then one deadline runs until the outcome is known.
 * 28 s in all; the 30 s that supervisors commonly wait before they kill are longer.
 */
const SHUTDOWN_MAX_MS =
  SERVE_ON_MS + QUIET_MS * QUIET_TRIES + READ_DEADLINE_MS + DEADLINE_MS + ANSWERING_MAX_MS;

// On globalThis, because start-up and routes may be bundled apart.
const slot = globalThis as typeof globalThis & { onceIsEnding?: boolean };

/** Whether the server was told to end: it still answers, but whoever can should ask another. */
export function isEnding(): boolean {
  return slot.onceIsEnding === true;
}

type Listeners = Readonly<Record<(typeof SIGNALS)[number], NodeJS.SignalsListener[]>>;

/** Who listens to the signals that end a server. At the beginning of start-up that is Next.js alone. */
export function signalListeners(): Listeners {
  return { SIGTERM: process.listeners("SIGTERM"), SIGINT: process.listeners("SIGINT") };
}

/**
 * From now on a SIGTERM or SIGINT ends the server in order, within `SHUTDOWN_MAX_MS`. A production server serves on for a
 * moment, and ends each connection with its next answer. Then no payment is begun that was not taken yet (its key is good
 * on any other server), those that were get their answers, and Next.js closes its port, answers what it has, and exits:
 * `closing` are its listeners. A development server drops its requests, so there Next.js is not held back.
 */
export function endInOrder(closing: Listeners): void {
  const servesOn = process.env.NODE_ENV === "production";
  const unused = servesOn ? connectionsWithoutRequest() : new Set<Socket>();
  for (const signal of SIGNALS) {
    if (servesOn) for (const close of closing[signal]) process.removeListener(signal, close);
    process.on(signal, async () => {
      if (isEnding()) return;
      slot.onceIsEnding = true;
      setTimeout(() => process.exit(1), SHUTDOWN_MAX_MS).unref();
      try {
        if (servesOn) {
          subscribe("http.server.request.start", endConnection);
          await sleep(SERVE_ON_MS);
          // Next.js ends the process as soon as it has answered.
          await flushAttempts();
          await nothingComes();
          subscribe("http.server.response.finish", closeIdle);
          for (const close of closing[signal]) close(signal);
          for (const connection of unused) connection.destroy();
        }
        await drain();
        // The answers that were just given are noted by then.
        await new Promise((resolve) => setImmediate(resolve));
        await flushAttempts();
      } catch (error) {
        console.warn("Shutting down was not clean.", error);
      }
    });
  }
}

/** The connections on which nothing was asked so far. Closing a server neither ends them nor stops waiting for them. */
function connectionsWithoutRequest(): ReadonlySet<Socket> {
  const connections = new Set<Socket>();
  subscribe("net.server.socket", (message) => {
    const { socket } = message as { socket: Socket };
    connections.add(socket);
    socket.once("close", () => connections.delete(socket));
  });
  subscribe("http.server.request.start", (message) => {
    connections.delete((message as { socket: Socket }).socket);
  });
  return connections;
}

/** Resolves once no connection and no request came for a moment, or after `QUIET_TRIES` of them. */
async function nothingComes(): Promise<void> {
  let came = 0;
  const count = () => {
    came += 1;
  };
  for (const event of ARRIVALS) subscribe(event, count);
  for (let moment = 1, before = -1; moment <= QUIET_TRIES && came !== before; moment += 1) {
    before = came;
    await sleep(QUIET_MS);
  }
  for (const event of ARRIVALS) unsubscribe(event, count);
}

/** Has a request's connection end with the answer to it, which says so. */
function endConnection(message: unknown): void {
  (message as { response: ServerResponse }).response.setHeader("connection", "close");
}

/** Ends a connection whose request had come before the signal, once that is answered: it was not told that it ends. */
function closeIdle(message: unknown): void {
  const { server } = message as { server: Server };
  setImmediate(() => server.closeIdleConnections());
}
