/**
 * Finding out what became of a press. It looks at the key, sends a young press again, and goes on until the key has an
 * outcome, is void, or the payer has to decide; a clock beside it asks the payer where it finds out nothing. All over HTTP: a server action that hangs would hold up the next one.
 */
import { afterLook, pollDelayMs } from "@/lib/pay/checking";
import type { PayEvent, PayState, Press } from "@/lib/pay/state";
import { type Look, lookAtKey, payOverHttp, revokeKey } from "./key-api";

type Check = {
  userId: string;
  endpoint: string;
  press: Press;
  stage: Extract<PayState, { name: "checking" }>["stage"];
  /** Aborted when the state moves on: then nothing more is sent or reported. */
  signal: AbortSignal;
  report: (event: PayEvent) => void;
};

/** One round: an event that ends this check, or how long the server asked us to wait, if it did. */
type Round = { event: PayEvent } | { event: undefined; retryAfterMs: number };

/** Checks `press` until something is reported or `signal` aborts. Never throws. */
export async function checkPress(check: Check): Promise<void> {
  for (let attempt = 0; !check.signal.aborted; attempt += 1) {
    const round = await (check.stage === "revoking" ? revokeOnce(check) : lookOnce(check));
    if (check.signal.aborted) return;
    if (round.event !== undefined) {
      check.report(round.event);
      return;
    }
    await waitOrWake(Math.max(round.retryAfterMs, pollDelayMs(attempt, Math.random())), check.signal);
  }
}

async function lookOnce(check: Check): Promise<Round> {
  const look = await lookAtKey(check.userId, check.press.key, check.signal);
  if (look.kind !== "state") return roundWithoutState(look);
  const next = afterLook(look.state, check.press, Date.now());
  if (next.type !== "resend" && next.type !== "press-grew-old") return { event: next };
  // The payer is being asked: nothing is sent until the answer. That the key was found open is told once.
  if (check.stage === "asking") return WAIT;
  if (check.stage === "unreached") return { event: { type: "press-grew-old", key: check.press.key } };
  return next.type === "resend" ? sendAgain(check) : { event: next };
}

async function sendAgain(check: Check): Promise<Round> {
  if (check.signal.aborted) return WAIT;
  const event = await payOverHttp(check.userId, check.endpoint, check.press, check.signal);
  if (event.type === "unknown") return WAIT;
  if (event.type === "rate-limited") return { event: undefined, retryAfterMs: event.retryAtMs - Date.now() };
  return { event };
}

async function revokeOnce(check: Check): Promise<Round> {
  const look = await revokeKey(check.userId, check.press.key, check.signal);
  if (look.kind !== "state") return roundWithoutState(look);
  const { key } = check.press;
  switch (look.state.state) {
    case "void":
      return { event: { type: "void", key } };
    case "settled":
      return { event: { type: "settled", key, payment: look.state.payment } };
    case "open":
      return WAIT;
    default:
      return look.state satisfies never;
  }
}

const WAIT: Round = { event: undefined, retryAfterMs: 0 };

function roundWithoutState(look: Exclude<Look, { kind: "state" }>): Round {
  if (look.kind === "signed-out") return { event: { type: "signed-out" } };
  return { event: undefined, retryAfterMs: (look.retryAfterSeconds ?? 0) * 1000 };
}

/** Waits `delayMs`, less where the network comes back, the page is looked at again, or `signal` aborts. */
function waitOrWake(delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, delayMs);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
