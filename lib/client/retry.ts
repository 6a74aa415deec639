/**
 * The first half of the recipe for clients: transient failures are retried, the same request with the same key, a bounded
 * number of times, with exponential backoff and full jitter, no sooner than Retry-After says, not beyond the deadline.
 */
import type { Exchange } from "./exchange.ts";
import { withTimeout } from "./with-timeout.ts";

export type Clock = {
  nowMs: () => number;
  /** Resolves after `ms`, or at once when `signal` aborts. Never rejects. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** At least 0, below 1. */
  random: () => number;
};

export type Limits = {
  /** How often a request is sent at most. */
  maxTries: number;
  /** How long one try may take: past this its connection is taken for dead. */
  tryMs: number;
  /** How long the whole call may take, waiting included. */
  deadlineMs: number;
};

/** A server that is restarted is back within these tries and waits; one that is not will not be helped by more. */
export const DEFAULT_LIMITS: Limits = { maxTries: 6, tryMs: 15_000, deadlineMs: 60_000 };

/** The first wait is up to this: nobody notices it, and most lost connections are back. */
const BACKOFF_BASE_MS = 250;
/** Waits double up to this: more would only make the last tries pointless before the deadline. */
const BACKOFF_MAX_MS = 8_000;

/** Why asking ended without an answer that settles the matter. */
export type GivenUp = "aborted" | "deadline" | "tries";

export type RetryResult =
  | { type: "answered"; exchange: Answer }
  | { type: "given-up"; why: GivenUp; last: Exchange | undefined };

/** When a call began, and who may end it: shared by all the requests that one call makes. */
export type Attempt = { limits: Limits; clock: Clock; endsAtMs: number; signal: AbortSignal };

type Answer = Exclude<Exchange, { type: "lost" }>;

/**
 * The answer, unless the same request may be answered otherwise in a moment: lost on the way, still in progress, too many,
 * or a server error. Any other problem would only be repeated.
 */
function finalAnswer(exchange: Exchange): Answer | undefined {
  if (exchange.type === "lost") return undefined;
  if (exchange.type === "success" || exchange.problem.retry !== "same-key") return exchange;
  const { status } = exchange.problem;
  return status === 409 || status === 429 || status >= 500 ? undefined : exchange;
}

/** Sends until there is an answer that is not transient. Never throws. */
export async function sendWithRetries(
  { limits, clock, endsAtMs, signal }: Attempt,
  send: (signal: AbortSignal) => Promise<Exchange>,
): Promise<RetryResult> {
  let last: Exchange | undefined;
  const giveUp = (why: GivenUp): RetryResult => ({ type: "given-up", why, last });
  for (let tries = 1; ; tries += 1) {
    const leftMs = endsAtMs - clock.nowMs();
    if (leftMs <= 0) return giveUp("deadline");
    last = await withTimeout(Math.min(limits.tryMs, leftMs), signal, send);
    const answer = finalAnswer(last);
    if (answer !== undefined) return { type: "answered", exchange: answer };
    if (signal.aborted) return giveUp("aborted");
    if (tries >= limits.maxTries) return giveUp("tries");
    // Full jitter: clients that failed together must not come back together, not even when told the same Retry-After.
    const backoffMs = clock.random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** (tries - 1));
    const retryAfterMs = last.type === "problem" ? (last.retryAfterMs ?? 0) : 0;
    const waitMs = retryAfterMs + backoffMs;
    if (clock.nowMs() + waitMs >= endsAtMs) return giveUp("deadline");
    await clock.sleep(waitMs, signal);
  }
}

/** The real clock. */
export const WALL_CLOCK: Clock = {
  nowMs: () => performance.now(),
  random: () => Math.random(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) return resolve();
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener("abort", end, { once: true });
    }),
};
