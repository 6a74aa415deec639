/**
 * Finding out what became of a press: what to do with what a look at its key found, how often to look, and when to ask the
 * payer. When a look is made, and with what, is components/checkout/payment/check-press.ts.
 */

import type { KeyState } from "../api/payment.ts";
import type { PayEvent, Press } from "./state.ts";

/** While a press is this young it is sent again by itself; after it, a payer may have given up, so ask. */
export const RESEND_WINDOW_MS = 2 * 60_000;

/**
 * How long looking may find nothing out once the press is old, before the payer is asked all the same: the longest wait
 * between two looks, and time for an answer.
 */
const LOOK_PATIENCE_MS = 10_000;

/** The first wait between two looks: an answer lost on the way is usually there at once. */
const FIRST_POLL_MS = 500;
/** The longest wait between two looks: a payer watches this page, and the server must survive all of them watching. */
const LONGEST_POLL_MS = 8_000;

/**
 * What checking does with a key's state. `open` alone never proves that nothing is under way: a young press is sent
 * again (it executes once or replays), an old one, or one from the future of this clock, is put to the payer.
 */
export function afterLook(look: KeyState, press: Press, nowMs: number): PayEvent | { type: "resend" } {
  switch (look.state) {
    case "settled":
      return { type: "settled", key: press.key, payment: look.payment };
    case "void":
      return { type: "void", key: press.key };
    case "open":
      return youthMs(press, nowMs) === undefined
        ? { type: "press-grew-old", key: press.key }
        : { type: "resend" };
    default:
      return look satisfies never;
  }
}

/** How long looking may go on, whatever comes of it, until the payer is asked (`unreached`). */
export function patienceMs(press: Press, nowMs: number): number {
  return (youthMs(press, nowMs) ?? 0) + LOOK_PATIENCE_MS;
}

/** How long a press stays young; undefined where it is old already, or from the future of this clock. */
function youthMs(press: Press, nowMs: number): number | undefined {
  const ageMs = nowMs - press.pressedAtMs;
  return ageMs >= 0 && ageMs <= RESEND_WINDOW_MS ? RESEND_WINDOW_MS - ageMs : undefined;
}

/** How long to wait before look number `attempt` (from 0): exponential, the upper half of it random. */
export function pollDelayMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_POLL_MS, FIRST_POLL_MS * 2 ** Math.min(attempt, 10));
  return ceiling / 2 + (ceiling / 2) * random;
}
