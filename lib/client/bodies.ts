/**
 * Reading the bodies of successes. Only what this client relies on is looked at, so that a newer server may say more; a
 * body that is none of ours (a captive portal answers 200 to anything), or about something else than was asked for (a
 * cache gone wrong), reads as undefined.
 */
import type { Order } from "../api/order.ts";
import type { KeyState, Payment, Purpose } from "../api/payment.ts";
import type { AccountList, IssuedKey, OrderList, PaymentList } from "../api/responses.ts";
import { isPayment, isRecord, readKeyState } from "../pay/read-response.ts";

/** What issuing answered for `purpose`: its key, or a payment that has paid it. */
export function readIssuedKey(purpose: Purpose, body: unknown): IssuedKey | undefined {
  if (!isRecord(body)) return undefined;
  const isOpen = body.state === "open" && typeof body.key === "string" && isSame(purpose, body.purpose);
  const isSettled = body.state === "settled" && isPayment(body.payment) && hasPaid(purpose, body.payment);
  return isOpen || isSettled ? (body as IssuedKey) : undefined;
}

function isSame(purpose: Purpose, body: unknown): boolean {
  return isRecord(body) && Object.entries(purpose).every(([name, value]) => isId(value, body[name]));
}

/** Whether the payment may be the one of the purpose. It names no intent: only the server knows whose it was. */
function hasPaid(purpose: Purpose, payment: Payment): boolean {
  if (payment.status !== "succeeded" || payment.kind !== purpose.kind) return false;
  if (purpose.kind === "order") return isId(purpose.orderId, payment.orderId);
  return purpose.kind !== "refund" || isId(purpose.paymentId, payment.refundOf);
}

/** Ids are hexadecimal: some write them in capitals, and the server answers in small letters. */
export function isId(expected: string, found: unknown): boolean {
  return typeof found === "string" && found.toLowerCase() === expected.toLowerCase();
}

/** What revoking answered; "open" would be no answer to it. */
export function readRevoked(key: string, body: unknown): Exclude<KeyState, { state: "open" }> | undefined {
  const state = readKeyState(key, body);
  return state?.state === "open" ? undefined : state;
}

/** The payment called `id`. */
export function readPayment(id: string, body: unknown): Payment | undefined {
  return isPayment(body) && isId(id, body.id) ? body : undefined;
}

/** The order called `id`. */
export function readOrder(id: string, body: unknown): Order | undefined {
  return isOrder(body) && isId(id, body.id) ? body : undefined;
}

function isOrder(body: unknown): body is Order {
  return isRecord(body) && typeof body.id === "string" && typeof body.totalMinor === "string";
}

/** A page of payments. Every entry is looked at, and where the page says that it ends: half a list is none. */
export function readPaymentList(body: unknown): PaymentList | undefined {
  return isPage(body) && isListOf(body.payments, isPayment) ? (body as PaymentList) : undefined;
}

/** A page of orders. */
export function readOrderList(body: unknown): OrderList | undefined {
  return isPage(body) && isListOf(body.orders, isOrder) ? (body as OrderList) : undefined;
}

/** All accounts: a list that has no pages. */
export function readAccountList(body: unknown): AccountList | undefined {
  return isRecord(body) && isListOf(body.accounts, isAccount) ? (body as AccountList) : undefined;
}

function isAccount(body: unknown): boolean {
  return isRecord(body) && typeof body.currency === "string" && typeof body.balanceMinor === "string";
}

function isPage(body: unknown): body is Record<string, unknown> {
  return isRecord(body) && (body.nextCursor === null || typeof body.nextCursor === "string");
}

function isListOf(list: unknown, isEntry: (entry: unknown) => boolean): boolean {
  return Array.isArray(list) && list.every(isEntry);
}
