/**
 * The states of a payment form in the browser, and its events. The transitions are in state-machine.ts.
 */
import type { Payment, Purpose } from "../api/payment.ts";
import type { ProblemName } from "../api/problems.ts";

/** The body of the request, as the payer agreed to it: the same bytes each time it is sent. */
export type Payload = Readonly<Record<string, string>>;

/** One press of Pay: stored before it is sent, so that a reload knows what may be under way. */
export type Press = {
  key: string;
  payload: Payload;
  /** Milliseconds since the epoch by this device's clock, which may be wrong. */
  pressedAtMs: number;
  /** Sent by the browser itself, before the form could ask whether it may be: it is never sent again without that question. */
  isUnasked?: true;
};

/** What the server action behind Pay is called with: the press, for what, and who opened the form. */
export type PayInput = { userId: string; key: string; purpose: Purpose; payload: Payload };

/** What is asked of the server at a press, before it is stored or sent. */
export type PayQuestion = Omit<PayInput, "key"> & { beside: Payload };

/** Why a form opens: from the start, or because the server said for certain that the last key will never pay. */
export type OpeningReason = "start" | "void" | "cancelled";

/** What the payer is told beside a form that is ready. That no money has moved is said where the server looked it up. */
export type Notice =
  | { kind: "none" }
  /** The server will never execute the last key; here is a new one. */
  | { kind: "void" }
  /** The payer cancelled, and the server confirmed it. */
  | { kind: "cancelled" }
  /** The server refused the request and recorded nothing; another may be under way with its key. */
  | { kind: "refused"; reason: ProblemName }
  /** A press of this key was made, or may have been, that nobody remembers more of: it may be under way. The same key makes a second safe. */
  | { kind: "maybe-under-way" };

/** The key for the next press, after a decline. `never`: a decline that another press could not change. */
export type NextKey =
  | { step: "never" }
  | { step: "fetching" }
  | { step: "failed" }
  | { step: "held"; key: string };

export type PayState =
  /** The form has no key yet. Whether the purpose was paid before is not known so far. */
  | { name: "opening"; openingReason: OpeningReason }
  | { name: "ready"; key: string; notice: Notice }
  | { name: "paying"; press: Press }
  /**
   * A press whose outcome is not known. `polling`: poll the key, and send again within the resend window. `asking`: the key was
   * found open, and the payer decides between "Pay now" and "Cancel for certain". `unreachable`: the same decision, where
   * nothing could be found out. `revoking`: the key is being revoked.
   */
  | { name: "checking"; press: Press; stage: "polling" | "asking" | "unreachable" | "revoking" }
  | { name: "paid"; payment: Payment }
  | { name: "declined"; payment: Payment; next: NextKey }
  // In the next three nobody has looked: a press that this page does not know of may have paid. What was known for
  // certain of the last key (`openingReason`) stays known.
  /** No key could be fetched. */
  | { name: "unavailable"; openingReason: OpeningReason }
  /** The session ended, or is another user's by now. With a press, its outcome is not known. */
  | { name: "signed-out"; press: Press | undefined; openingReason: OpeningReason }
  /** Rate-limited: wait until `retryAtMs`. With a press, its outcome is not known. */
  | { name: "later"; press: Press | undefined; openingReason: OpeningReason; retryAtMs: number };

export type PayEvent =
  // The form opens.
  | { type: "press-found"; press: Press }
  /** A press of this purpose that asked for something else than this page shows: it is revoked before anything else is paid. */
  | { type: "other-press-found"; press: Press }
  /** Pay was pressed before the form was at work: the browser is sending the press as a plain form. */
  | { type: "press-under-way"; press: Press }
  | { type: "issued"; key: string; earlierPress: "none" | "possible" }
  | { type: "purpose-paid"; payment: Payment }
  | { type: "decline-found"; payment: Payment; nextKey: string }
  | { type: "issue-failed" }
  | { type: "reopened" }
  // The payer acts.
  | { type: "pressed"; press: Press }
  | { type: "pay-now"; pressedAtMs: number }
  | { type: "cancel" }
  // The server answers, about a key.
  | { type: "settled"; key: string; payment: Payment }
  | { type: "void"; key: string }
  | { type: "refused"; key: string; reason: ProblemName }
  | { type: "unknown"; key: string }
  // The server answers without having looked the key up.
  | { type: "signed-out" }
  | { type: "rate-limited"; retryAtMs: number }
  // Time passes.
  | { type: "retry-time-reached" }
  /** The key is open, and its press is too old to be sent again by itself. */
  | { type: "resend-window-ended"; key: string }
  /** Polling timed out: no answer about the key was had. */
  | { type: "unreachable"; key: string }
  /** The page came back from the back/forward cache: whatever it shows may be out of date. */
  | { type: "restored" };
