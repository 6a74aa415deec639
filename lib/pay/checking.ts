/**
 * The rules of polling a key whose outcome is not known: what follows from its state, how often to poll, and when to ask
 * the payer. The requests are made by components/checkout/payment/check-press.ts.
 */

import type { KeyState } from "../api/payment.ts";
import type { PayEvent, Press } from "./state.ts";

/** In this time a press is sent again by itself; later its payer may have given up, and is asked. */
export const RESEND_WINDOW_MS = 2 * 60_000;

/** Added to the resend window before the payer is asked: the longest wait between two polls, and time for an answer. */
const POLL_GRACE_MS = 10_000;

/** The first wait between two polls: an answer lost on the way is usually there at once. */
const POLL_BASE_MS = 500;
/** The longest wait between two polls: a payer watches this page, and the server must survive all of them watching. */
const POLL_MAX_MS = 8_000;

/**
 * What checking does with a key's state. `open` alone never proves that nothing is under way: within the resend
 * window the press is sent again (it executes once or replays); after it, or before it by this clock, the payer decides.
 */
export function eventForKeyState(
  keyState: KeyState,
  press: Press,
  nowMs: number,
): PayEvent | { type: "resend" } {
  switch (keyState.state) {
    case "settled":
      return { type: "settled", key: press.key, payment: keyState.payment };
    case "void":
      return { type: "void", key: press.key };
    case "open":
      return resendWindowLeftMs(press, nowMs) === undefined
        ? { type: "resend-window-ended", key: press.key }
        : { type: "resend" };
    default:
      return keyState satisfies never;
  }
}

/** How long polling may go on, whatever comes of it, until the payer is asked (`unreachable`). */
export function pollTimeoutMs(press: Press, nowMs: number): number {
  return (resendWindowLeftMs(press, nowMs) ?? 0) + POLL_GRACE_MS;
}

/** What is left of the resend window; undefined where it is over, begins in the future by this clock, or never was. */
function resendWindowLeftMs(press: Press, nowMs: number): number | undefined {
  if (press.isUnasked) return undefined;
  const ageMs = nowMs - press.pressedAtMs;
  return ageMs >= 0 && ageMs <= RESEND_WINDOW_MS ? RESEND_WINDOW_MS - ageMs : undefined;
}

/** How long to wait before poll number `attempt` (from 0): exponential backoff with equal jitter. */
export function pollDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(POLL_MAX_MS, POLL_BASE_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}
