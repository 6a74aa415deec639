/**
 * Structured logs. A line about a payment carries the request id, the key and, once there is one, the payment's id
 * (which is the key), and where traces are on the trace; never a query string, a cookie, an API key, or the parameters of a statement.
 */
import pino from "pino";
import { traceIds } from "@/db/execution/tracing";

function makeLog() {
  return pino(
    {
      level: process.env.LOG_LEVEL ?? "info",
      base: null,
      // Where traces are on, a line names the one that it belongs to.
      mixin: traceIds,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: ["*.password", "*.secret", "*.authorization", "*.cookie"],
    },
    // No request waits for its line: what is logged while lines are being written goes with the next ones, and the rest when the
    // process exits. Only one that is killed loses its last milliseconds.
    pino.destination({ dest: 1, sync: false }),
  );
}

// On globalThis, because start-up, routes and actions may be bundled apart; lines of two writers could run into each other.
const processGlobals = globalThis as typeof globalThis & { onceLog?: ReturnType<typeof makeLog> };
processGlobals.onceLog ??= makeLog();

export const log = processGlobals.onceLog;

/**
 * An error's chain of causes for a log. Drizzle puts the query and its parameters into its message, so of such an error
 * only the cause speaks; Postgres's `detail` may quote values and is left out.
 */
export function describeError(
  error: unknown,
): { name: string; code?: string; message: string; stack?: string }[] {
  const chain: ReturnType<typeof describeError> = [];
  for (let current = error; current instanceof Error; current = current.cause) {
    // By shape: in the production build classes have other names, and copies.
    const fromDrizzle = "query" in current && "params" in current;
    chain.push({
      name: current.name,
      message: fromDrizzle ? "A query failed." : current.message,
      ...("code" in current && typeof current.code === "string" ? { code: current.code } : {}),
      ...(current.stack && !fromDrizzle ? { stack: current.stack } : {}),
    });
  }
  return chain.length > 0 ? chain : [{ name: typeof error, message: String(error) }];
}
