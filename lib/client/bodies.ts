/**
 * Reading the bodies of successes. Only what this client relies on is looked at, so that a newer server may say more; a
 * body that is none of ours (a captive portal answers 200 to anything) reads as undefined.
 */
import type { Order } from "../order.ts";
import { isPayment, isRecord, readKeyState } from "../pay-answer.ts";
import type { KeyState, Payment } from "../payment.ts";
import type { AccountList, IssuedKey, OrderList, PaymentList } from "../responses.ts";

export function readIssuedKey(body: unknown): IssuedKey | undefined {
  if (!isRecord(body)) return undefined;
  const isOpen = body.state === "open" && typeof body.key === "string";
  const isSettled = body.state === "settled" && isPayment(body.payment);
  return isOpen || isSettled ? (body as IssuedKey) : undefined;
}

/** What revoking answered; "open" would be no answer to it. */
export function readRevoked(key: string, body: unknown): Exclude<KeyState, { state: "open" }> | undefined {
  const state = readKeyState(key, body);
  return state?.state === "open" ? undefined : state;
}

export function readPayment(body: unknown): Payment | undefined {
  return isPayment(body) ? body : undefined;
}

export function readOrder(body: unknown): Order | undefined {
  return isRecord(body) && typeof body.id === "string" && typeof body.totalMinor === "string"
    ? (body as Order)
    : undefined;
}

/** A list under one member of the body. */
export function readList<T extends PaymentList | OrderList | AccountList>(
  member: string,
  body: unknown,
): T | undefined {
  return isRecord(body) && Array.isArray(body[member]) ? (body as T) : undefined;
}
