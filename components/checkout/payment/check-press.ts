/**
 * Resolves a press whose outcome is not known: polls the key's state, and sends the press again within its resend window,
 * until the key is settled or void, or the payer has to decide. All over HTTP: server actions run one after another, so one
 * that hangs would hold up the next.
 */
import { eventForKeyState, pollDelayMs } from "@/lib/pay/checking";
import type { PayEvent, PayState, Press } from "@/lib/pay/state";
import { fetchKeyState, type KeyLookup, payOverHttp, revokeKey } from "./key-api";

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
    const round = await (check.stage === "revoking" ? revokeOnce(check) : pollOnce(check));
    if (check.signal.aborted) return;
    if (round.event !== undefined) {
      check.report(round.event);
      return;
    }
    await waitUntilDueOrOnline(
      Math.max(round.retryAfterMs, pollDelayMs(attempt, Math.random())),
      check.signal,
    );
  }
}

async function pollOnce(check: Check): Promise<Round> {
  const lookup = await fetchKeyState(check.userId, check.press.key, check.signal);
  if (lookup.kind !== "state") return roundWithoutState(lookup);
  const next = eventForKeyState(lookup.state, check.press, Date.now());
  if (next.type !== "resend" && next.type !== "resend-window-ended") return { event: next };
  // The payer is being asked: nothing is sent until then. That the key was found open is reported once.
  if (check.stage === "asking") return WAIT;
  if (check.stage === "unreachable") return { event: { type: "resend-window-ended", key: check.press.key } };
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
  const lookup = await revokeKey(check.userId, check.press.key, check.signal);
  if (lookup.kind !== "state") return roundWithoutState(lookup);
  const { key } = check.press;
  switch (lookup.state.state) {
    case "void":
      return { event: { type: "void", key } };
    case "settled":
      return { event: { type: "settled", key, payment: lookup.state.payment } };
    case "open":
      return WAIT;
    default:
      return lookup.state satisfies never;
  }
}

const WAIT: Round = { event: undefined, retryAfterMs: 0 };

function roundWithoutState(lookup: Exclude<KeyLookup, { kind: "state" }>): Round {
  if (lookup.kind === "signed-out") return { event: { type: "signed-out" } };
  return { event: undefined, retryAfterMs: (lookup.retryAfterSeconds ?? 0) * 1000 };
}

/** Waits `delayMs`, less where the network comes back, the page is looked at again, or `signal` aborts. */
function waitUntilDueOrOnline(delayMs: number, signal: AbortSignal): Promise<void> {
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
