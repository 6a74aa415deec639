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

/** A page of payments. Every entry is looked at, and where the page says that it ends: half a list is none. */
export function readPaymentList(body: unknown): PaymentList | undefined {
  return isPage(body) && isListOf(body.payments, readPayment) ? (body as PaymentList) : undefined;
}

/** A page of orders. */
export function readOrderList(body: unknown): OrderList | undefined {
  return isPage(body) && isListOf(body.orders, readOrder) ? (body as OrderList) : undefined;
}

/** All accounts: a list that has no pages. */
export function readAccountList(body: unknown): AccountList | undefined {
  return isRecord(body) && isListOf(body.accounts, readAccount) ? (body as AccountList) : undefined;
}

function readAccount(body: unknown): unknown {
  const isAccount =
    isRecord(body) && typeof body.currency === "string" && typeof body.balanceMinor === "string";
  return isAccount ? body : undefined;
}

function isPage(body: unknown): body is Record<string, unknown> {
  return isRecord(body) && (body.nextCursor === null || typeof body.nextCursor === "string");
}

function isListOf(list: unknown, read: (entry: unknown) => unknown): boolean {
  return Array.isArray(list) && list.every((entry: unknown) => read(entry) !== undefined);
}
