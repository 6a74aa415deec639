/** Whether this server can take payments: not told to end, and its database settles. */
import { type NotReady, probeDatabase, type Readiness } from "@/db/setup/readiness";
import { describeError, log } from "../observability/log.ts";
import { isShuttingDown } from "./shutting-down.ts";

/** However many probe, the database is asked once a second at most. */
const KEPT_MS = 1_000;

type Probing = { answer: Promise<Readiness>; endedMs: number | undefined; told: NotReady | undefined };

// On globalThis, because routes may be bundled apart; the answer is one.
const slot = globalThis as typeof globalThis & { onceProbing?: Probing };

/** Why this server is not ready; undefined where it is. What is wrong is logged when it begins, changes and ends. */
export async function whyNotReady(): Promise<NotReady | "shutting-down" | undefined> {
  if (isShuttingDown()) return "shutting-down";
  const last = slot.onceProbing;
  const isKept =
    last !== undefined && (last.endedMs === undefined || performance.now() - last.endedMs < KEPT_MS);
  const readiness = await (isKept ? last.answer : probe(last?.told));
  return readiness.ready ? undefined : readiness.why;
}

function probe(told: NotReady | undefined): Promise<Readiness> {
  const answer = probeDatabase();
  const probing: Probing = { answer, endedMs: undefined, told };
  slot.onceProbing = probing;
  void answer.then((readiness) => {
    probing.endedMs = performance.now();
    probing.told = tell(readiness, told);
  });
  return answer;
}

/** Logs a change, and returns what is known to the log from now on. */
function tell(readiness: Readiness, told: NotReady | undefined): NotReady | undefined {
  if (readiness.ready) {
    if (told !== undefined) log.info({ was: told }, "The server is ready again: payments can be settled.");
    return undefined;
  }
  const { why, cause } = readiness;
  if (why !== told) {
    const details = cause instanceof Error ? { error: describeError(cause) } : { missing: cause };
    log.error({ why, ...details }, "The server is not ready: payments cannot be settled.");
  }
  return why;
}
