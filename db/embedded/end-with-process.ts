/**
 * Ends the server with the process that owns it.
 *
 * `process.on("exit")` covers a normal end, `process.exit` and an uncaught error. A signal that nobody handles ends a
 * process without that event, so signals are listened to as well; but where somebody else handles one (Next.js drains
 * its requests first and then exits), it is left to them: the server must outlive the requests. `next dev` is the
 * exception: it drops its requests and kills this process a tenth of a second later, so there the server ends at once.
 */
import { setTimeout as pause } from "node:timers/promises";
import { EmbeddedServerError } from "./failure.ts";
import { isAlive, type ProcessMark } from "./process-identity.ts";

/** A fast shutdown rolls back, writes a checkpoint and goes: with this size of memory, seconds on a slow disk. */
const FAST_LIMIT_MS = 30_000;
/** An immediate one only leaves; the next start recovers. */
const IMMEDIATE_LIMIT_MS = 5_000;
const LOOK_AGAIN_MS = 20;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

type Registry = { servers: Set<ProcessMark>; onSignal: (signal: NodeJS.Signals) => void; onExit: () => void };

/**
 * One registry for the process, found through a symbol: a bundler can load this module several times, and two listeners
 * that each leave a signal to the other would keep the process from ending at all.
 */
const REGISTRY = Symbol.for("once.embedded-servers");
const shared = globalThis as typeof globalThis & { [REGISTRY]?: Registry };

function registry(): Registry {
  shared[REGISTRY] ??= makeRegistry();
  return shared[REGISTRY];
}

function makeRegistry(): Registry {
  const servers = new Set<ProcessMark>();
  const onExit = () => {
    for (const server of servers) signalServer(server, "SIGINT");
    servers.clear();
  };
  const onSignal = (signal: NodeJS.Signals) => {
    const isHandledElsewhere = process.listenerCount(signal) > 1;
    if (!isHandledElsewhere || process.env.NODE_ENV === "development") onExit();
    if (isHandledElsewhere) return;
    process.removeListener(signal, onSignal);
    process.kill(process.pid, signal); // Now it does what it would have done without us.
  };
  return { servers, onSignal, onExit };
}

/** From now on the server ends when this process does. */
export function endWithProcess(server: ProcessMark): void {
  const { servers, onSignal, onExit } = registry();
  if (servers.size === 0) {
    // In front, so that a listener that removes itself when called is still counted.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
    process.on("exit", onExit);
  }
  servers.add(server);
}

/** From now on it does not. */
export function releaseFromProcess(server: ProcessMark): void {
  const { servers, onSignal, onExit } = registry();
  if (!servers.delete(server) || servers.size > 0) return;
  for (const signal of SIGNALS) process.removeListener(signal, onSignal);
  process.removeListener("exit", onExit);
}

/** Ends the server and waits until it is gone. Does nothing where it is gone already. */
export async function endServer(server: ProcessMark): Promise<void> {
  signalServer(server, "SIGINT");
  if (await isGone(server, FAST_LIMIT_MS)) return;
  signalServer(server, "SIGQUIT");
  if (await isGone(server, IMMEDIATE_LIMIT_MS)) return;
  throw new EmbeddedServerError(
    `The embedded PostgreSQL (process ${server.pid}) did not end within ${(FAST_LIMIT_MS + IMMEDIATE_LIMIT_MS) / 1000} seconds: end that process.`,
  );
}

/** Resolves with whether the process went within the limit. */
async function isGone(mark: ProcessMark, limitMs: number): Promise<boolean> {
  const deadline = Date.now() + limitMs;
  while (isAlive(mark)) {
    if (Date.now() > deadline) return false;
    await pause(LOOK_AGAIN_MS);
  }
  return true;
}

/**
 * SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one; on Windows either ends it at once, and the next start
 * recovers. Never sent to a stranger who got the number since.
 */
function signalServer(server: ProcessMark, signal: "SIGINT" | "SIGQUIT"): void {
  if (!isAlive(server)) return;
  try {
    process.kill(server.pid, signal);
  } catch (error) {
    const isAlreadyGone = error instanceof Error && "code" in error && error.code === "ESRCH";
    if (!isAlreadyGone) throw error;
  }
}
