/**
 * The payment form in the browser: one state and one pure reducer, no flags beside it. Fetching, waiting and storing are
 * effects of components/checkout/payment/use-payment.ts.
 *
 * Two rules hold throughout. Nothing that could have reached the server is ever called a failure: it is `checking`
 * until an outcome is known. And an outcome of the current key is accepted in every state, however late it comes.
 *
 * An event that comes too late, twice, or about another key changes nothing: in a browser that is a race (a doubled
 * press, a timer, a slow answer), and to break the page of somebody who is paying would be worse. What no race can
 * produce, a key with two outcomes or a press of a key that the form does not hold, throws `Bug: …`.
 */

import type { DeclineCode, Payment } from "../api/payment.ts";
import type { Notice, OpeningReason, PayEvent, PayState, Press } from "./state.ts";

export const START: PayState = { name: "opening", openingReason: "start" };

/** The next state. Pure; see the head of this file for which events are ignored and which throw. */
export function nextState(state: PayState, event: PayEvent): PayState {
  switch (event.type) {
    case "press-found":
      return state.name === "opening" ? checking(event.press) : state;

    case "other-press-found":
      return state.name === "opening" ? { ...checking(event.press), stage: "revoking" } : state;

    case "press-under-way":
      return state.name === "opening" || pressableKey(state) === event.press.key
        ? { name: "paying", press: event.press }
        : state;

    case "issued":
      if (state.name === "opening") {
        return { name: "ready", key: event.key, notice: noticeFor(state.openingReason, event.earlierPress) };
      }
      if (state.name === "declined" && state.next.step !== "never") {
        return { ...state, next: { step: "held", key: event.key } };
      }
      return state;

    case "purpose-paid":
      return state.name === "opening" || state.name === "declined"
        ? { name: "paid", payment: event.payment }
        : state;

    case "decline-found":
      return state.name === "opening"
        ? { name: "declined", payment: event.payment, next: { step: "held", key: event.nextKey } }
        : state;

    case "issue-failed":
      if (state.name === "opening") return { name: "unavailable", openingReason: state.openingReason };
      if (state.name === "declined" && state.next.step === "fetching") {
        return { ...state, next: { step: "failed" } };
      }
      return state;

    case "reopened":
      if (state.name === "unavailable") return { name: "opening", openingReason: state.openingReason };
      if (state.name === "declined" && state.next.step === "failed") {
        return { ...state, next: { step: "fetching" } };
      }
      return state;

    case "pressed": {
      const key = pressableKey(state);
      if (key === undefined) return state;
      if (key !== event.press.key)
        throw new Error(`Bug: pressed key ${event.press.key}, the form holds ${key}`);
      return { name: "paying", press: event.press };
    }

    case "pay-now":
      return awaitsPayer(state) ? checking(pressedAnew(state.press, event.pressedAtMs)) : state;

    case "cancel":
      return awaitsPayer(state) ? { ...state, stage: "revoking" } : state;

    case "settled":
      refuseSecondOutcome(state, event.payment);
      return keyInHand(state) === event.key ? settled(event.payment) : state;

    case "void":
      if (keyInHand(state) !== event.key) return state;
      return {
        name: "opening",
        openingReason: state.name === "checking" && state.stage === "revoking" ? "cancelled" : "void",
      };

    case "refused":
      // A payer who cancels is answered by the revocation alone.
      if (state.name === "checking" && state.stage === "revoking") return state;
      return pressOf(state)?.key === event.key
        ? { name: "ready", key: event.key, notice: { kind: "refused", reason: event.reason } }
        : state;

    case "unknown":
      return state.name === "paying" && state.press.key === event.key ? checking(state.press) : state;

    case "signed-out":
      switch (state.name) {
        case "opening":
        case "declined":
        case "paying":
        case "checking":
        case "later":
          return { name: "signed-out", press: pressOf(state), openingReason: openingReasonOf(state) };
        default:
          return state;
      }

    case "rate-limited":
      // While checking, the poll waits by itself; to leave `checking` would say less than is known.
      if (state.name === "opening" || state.name === "paying") {
        return {
          name: "later",
          press: pressOf(state),
          openingReason: openingReasonOf(state),
          retryAtMs: event.retryAtMs,
        };
      }
      if (state.name === "declined" && state.next.step === "fetching") {
        return { ...state, next: { step: "failed" } };
      }
      return state;

    case "retry-time-reached":
      if (state.name !== "later") return state;
      return state.press === undefined
        ? { name: "opening", openingReason: state.openingReason }
        : checking(state.press);

    case "resend-window-ended":
      return state.name === "checking" && state.stage !== "revoking" && state.press.key === event.key
        ? { ...state, stage: "asking" }
        : state;

    case "unreachable":
      return state.name === "checking" && state.stage === "polling" && state.press.key === event.key
        ? { ...state, stage: "unreachable" }
        : state;

    case "restored": {
      // Paid is for ever, and a revocation under way goes on. Everything else polls again, or starts over where
      // nothing was pressed: storage may know of a press that this copy of the page does not.
      if (state.name === "paid" || state.name === "checking") return state;
      const press = pressOf(state);
      return press === undefined ? START : checking(press);
    }

    default:
      return event satisfies never;
  }
}

/** The key a press would use now, or undefined where Pay cannot be pressed. */
export function pressableKey(state: PayState): string | undefined {
  if (state.name === "ready") return state.key;
  if (state.name === "declined" && state.next.step === "held") return state.next.key;
  return undefined;
}

/** Whether the payer is to decide what becomes of a press that was not answered. */
export function awaitsPayer(state: PayState): state is Extract<PayState, { name: "checking" }> {
  return state.name === "checking" && (state.stage === "asking" || state.stage === "unreachable");
}

/** Whether the form needs a key fetched in this state. */
export function needsKey(state: PayState): boolean {
  return state.name === "opening" || (state.name === "declined" && state.next.step === "fetching");
}

/** Whether another press, with another key, could succeed after this decline: money or a limit may change. */
export function mayPayAgain(code: DeclineCode | undefined): boolean {
  return code === "insufficient_funds" || code === "limit_exceeded";
}

/** A press that the payer makes once more, of the same key: whatever was to be asked before is answered. */
export function pressedAnew({ key, payload }: Press, pressedAtMs: number): Press {
  return { key, payload, pressedAtMs };
}

function checking(press: Press): Extract<PayState, { name: "checking" }> {
  return { name: "checking", press, stage: "polling" };
}

function settled(payment: Payment): PayState {
  if (payment.status === "succeeded") return { name: "paid", payment };
  return {
    name: "declined",
    payment,
    next: { step: mayPayAgain(payment.declineCode) ? "fetching" : "never" },
  };
}

function noticeFor(reason: OpeningReason, earlierPress: "none" | "possible"): Notice {
  if (reason !== "start") return { kind: reason };
  return { kind: earlierPress === "possible" ? "maybe-under-way" : "none" };
}

function pressOf(state: PayState): Press | undefined {
  switch (state.name) {
    case "paying":
    case "checking":
    case "later":
    case "signed-out":
      return state.press;
    case "opening":
    case "ready":
    case "paid":
    case "declined":
    case "unavailable":
      return undefined;
    default:
      return state satisfies never;
  }
}

function openingReasonOf(state: PayState): OpeningReason {
  return "openingReason" in state ? state.openingReason : "start";
}

function keyInHand(state: PayState): string | undefined {
  return pressOf(state)?.key ?? pressableKey(state);
}

/** A key has one outcome for ever; another one would mean that the promise is broken, so say it loudly. */
function refuseSecondOutcome(state: PayState, payment: Payment): void {
  if (state.name !== "paid" && state.name !== "declined") return;
  if (state.payment.id === payment.id && state.payment.status !== payment.status) {
    throw new Error(`Bug: payment ${payment.id} was ${state.payment.status} and is now ${payment.status}`);
  }
}
