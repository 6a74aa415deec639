/** Graceful shutdown: every request that arrives before the port is closed gets its response. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { flushAttempts } from "../../db/attempts/record.ts";
import { DEADLINE_MS, READ_DEADLINE_MS } from "../../db/execution/deadline.ts";
import { drain } from "../../db/payments/settle.ts";
import { flushRefusals } from "../../db/security/record.ts";
import { tellOfEnd, writeServiceMinutes } from "../../db/service/record.ts";
import { flushReceipts } from "../mail/receipts.ts";
import { stopMailWorker } from "../mail/worker.ts";
import { flushTraces } from "../observability/tracing.ts";
import { isShuttingDown, markShuttingDown } from "./shutting-down.ts";

const SIGNALS = ["SIGTERM", "SIGINT"] as const;
/** Diagnostics channels of Node.js: a connection was accepted, a request was read. */
const INCOMING_EVENTS = ["net.server.socket", "http.server.request.start"] as const;

/**
 * Lame-duck period: everything is served as before, while load balancers learn from /api/health/ready that this server
 * shuts down. Closing the port cuts idle connections, also those whose next request has arrived and was not read yet.
 */
const LAME_DUCK_MS = 2_000;
/**
 * After a blocked event loop, connections wait to be accepted and requests to be read. They are taken before the port is
 * closed, until none arrives for this long, or for QUIET_CHECKS_MAX times.
 */
const QUIET_MS = 50;
const QUIET_CHECKS_MAX = 20;
/** Answering takes milliseconds; what is recorded on the side is written meanwhile, or lost. */
const ANSWERING_MAX_MS = 4_000;
/**
 * Every accepted request has its response by then: authentication, then one deadline until the outcome is known. 28 s in
 * all, less than the 30 s after which supervisors commonly send SIGKILL.
 */
const SHUTDOWN_MAX_MS =
  LAME_DUCK_MS + QUIET_MS * QUIET_CHECKS_MAX + READ_DEADLINE_MS + DEADLINE_MS + ANSWERING_MAX_MS;

type Listeners = Readonly<Record<(typeof SIGNALS)[number], NodeJS.SignalsListener[]>>;

/** The listeners of the shutdown signals. At the beginning of start-up they are Next.js's alone. */
export function signalListeners(): Listeners {
  return { SIGTERM: process.listeners("SIGTERM"), SIGINT: process.listeners("SIGINT") };
}

/**
 * From now on a SIGTERM or SIGINT shuts the server down within `SHUTDOWN_MAX_MS`. In production it serves on for the
 * lame-duck period and closes each connection with its next response. Then no new payment is begun (its key is good on any
 * other server), those under way get their responses, and Next.js's own listeners close the port and exit. A development
 * server drops its requests, so there Next.js is not delayed.
 */
export function enableGracefulShutdown(nextListeners: Listeners): void {
  const isProduction = process.env.NODE_ENV === "production";
  const unused = isProduction ? connectionsWithoutRequest() : new Set<Socket>();
  for (const signal of SIGNALS) {
    if (isProduction) for (const close of nextListeners[signal]) process.removeListener(signal, close);
    process.on(signal, async () => {
      if (isShuttingDown()) return;
      markShuttingDown();
      setTimeout(() => process.exit(1), SHUTDOWN_MAX_MS).unref();
      // Nothing waits for it: it has the lame-duck period.
      void tellOfEnd();
      try {
        if (isProduction) {
          subscribe("http.server.request.start", setConnectionClose);
          await sleep(LAME_DUCK_MS);
          // Next.js ends the process as soon as it has answered.
          await Promise.all([flushAttempts(), flushTraces()]);
          await flushReceipts();
          await flushRefusals();
          await untilNothingArrives();
          subscribe("http.server.response.finish", closeIdle);
          for (const close of nextListeners[signal]) close(signal);
          for (const connection of unused) connection.destroy();
        }
        await drain();
        // The answers that were just given are noted by then.
        await new Promise((resolve) => setImmediate(resolve));
        await flushAttempts();
        await flushReceipts();
        await flushRefusals();
        await stopMailWorker();
        await flushTraces();
        await writeServiceMinutes();
      } catch (error) {
        console.warn("Shutting down was not clean.", error);
      }
    });
  }
}

/** Connections without a request so far, which closing a server neither closes nor stops waiting for. */
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

/** Resolves once no connection and no request arrived for `QUIET_MS`, or after `QUIET_CHECKS_MAX` times that. */
async function untilNothingArrives(): Promise<void> {
  let arrived = 0;
  const count = () => {
    arrived += 1;
  };
  for (const event of INCOMING_EVENTS) subscribe(event, count);
  for (let moment = 1, before = -1; moment <= QUIET_CHECKS_MAX && arrived !== before; moment += 1) {
    before = arrived;
    await sleep(QUIET_MS);
  }
  for (const event of INCOMING_EVENTS) unsubscribe(event, count);
}

/** Has a request's connection closed after the response (Connection: close). */
function setConnectionClose(message: unknown): void {
  (message as { response: ServerResponse }).response.setHeader("connection", "close");
}

/** Closes a connection whose request came before the signal, once answered: its response had no Connection: close. */
function closeIdle(message: unknown): void {
  const { server } = message as { server: Server };
  setImmediate(() => server.closeIdleConnections());
}
