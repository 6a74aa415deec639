/**
 * Reading what a server, a storage or a captive portal gave back, into events of the state machine. Nothing is
 * trusted to have the shape it should have: what is not plainly an outcome of the key in hand is `unknown`.
 */

import type { KeyState, Payment } from "../api/payment.ts";
import { isProblemName, type ProblemName } from "../api/problems.ts";
import type { PayEvent, Press } from "./state.ts";

/** Where a rate limit does not say how long: long enough to matter, short enough to wait for. */
export const DEFAULT_RETRY_AFTER_SECONDS = 10;

/**
 * What an answer to a payment with `key` says, from the server action or the HTTP API alike. A captive portal answers 200 to
 * anything, so whatever is not plainly about this key's outcome is `unknown`.
 */
export function readPaymentResponse(
  key: string,
  response: { status: number; body: unknown; retryAfterSeconds?: number | undefined },
  nowMs: number,
): PayEvent {
  const unknown: PayEvent = { type: "unknown", key };
  if (response.status === 201) {
    return isPayment(response.body) && response.body.id === key && response.body.status === "succeeded"
      ? { type: "settled", key, payment: response.body }
      : unknown;
  }
  const document = readProblem(response.body);
  if (document === undefined || document.status !== response.status) return unknown;
  // A decline, and any complaint about a request whose key is settled already, carry the outcome.
  const { payment } = document;
  if (payment !== undefined) {
    const isConsistent = (document.moneyMoved === "yes") === (payment.status === "succeeded");
    return payment.id === key && isConsistent ? { type: "settled", key, payment } : unknown;
  }
  switch (document.name) {
    case "unauthenticated":
      return { type: "signed-out" };
    case "rate-limited":
      return {
        type: "rate-limited",
        retryAtMs: nowMs + (response.retryAfterSeconds ?? DEFAULT_RETRY_AFTER_SECONDS) * 1000,
      };
    case "idempotency-key-void":
      return { type: "void", key };
    default:
      return document.moneyMoved === "no" && document.name !== "declined"
        ? { type: "refused", key, reason: document.name }
        : unknown;
  }
}

/** What a body says of a key's state (GET and DELETE), or undefined where it says nothing we can rely on. */
export function readKeyState(key: string, body: unknown): KeyState | undefined {
  if (!isRecord(body)) return undefined;
  switch (body.state) {
    case "open":
      return { state: "open" };
    case "void":
      return { state: "void" };
    case "settled":
      return isPayment(body.payment) && body.payment.id === key
        ? { state: "settled", payment: body.payment }
        : undefined;
    default:
      return undefined;
  }
}

/** What every payment has; a newer server may say more. */
const PAYMENT_MEMBERS = [
  "id",
  "kind",
  "amountMinor",
  "currency",
  "payerAccountId",
  "payeeAccountId",
  "settledAt",
] as const satisfies (keyof Payment)[];

/** Whether `value` is a whole payment: half an answer, or another one, is none. */
export function isPayment(value: unknown): value is Payment {
  return (
    isRecord(value) &&
    PAYMENT_MEMBERS.every((name) => typeof value[name] === "string") &&
    (value.status === "succeeded" || (value.status === "declined" && typeof value.declineCode === "string"))
  );
}

/** Whether `value` has the shape of a stored press. */
export function isPress(value: unknown): value is Press {
  return (
    isRecord(value) &&
    typeof value.key === "string" &&
    typeof value.pressedAtMs === "number" &&
    isRecord(value.payload) &&
    Object.values(value.payload).every((field) => typeof field === "string")
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const PROBLEM_TYPE = /^\/problems\/([a-z-]+)$/;

/** The part of a problem document that decides, whether by type name or by what it carries; none with half a payment. */
export function readProblem(
  body: unknown,
): { name: ProblemName; status: unknown; moneyMoved: unknown; payment: Payment | undefined } | undefined {
  if (!isRecord(body) || typeof body.type !== "string") return undefined;
  const name = PROBLEM_TYPE.exec(body.type)?.[1];
  if (name === undefined || !isProblemName(name)) return undefined;
  const { payment } = body;
  if (payment !== undefined && !isPayment(payment)) return undefined;
  return { name, status: body.status, moneyMoved: body.moneyMoved, payment };
}
