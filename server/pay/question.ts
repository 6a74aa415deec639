/** The question before a payment that may be a second one: to a person, back to a payer, or into one's own account. */
import { listInDoubt } from "@/db/activity/open-keys";
import { findRecipient } from "@/db/identity/recipients";
import { findOrder, isRequest } from "@/db/orders/orders";
import { findLookalike, type Intended, type Lookalike } from "@/db/payments/views/earlier";
import type { OpenKey } from "@/lib/activity/open-key";
import type { Purpose } from "@/lib/api/payment";
import { parse, refundRequest, topUpRequest, transferRequest } from "@/lib/api/requests";
import type { Payload } from "@/lib/pay/state";
import { forgetPress, notePress, pressesOf } from "./presses.ts";

export type Question = {
  /** Payments of theirs that may still be carried out: whoever pays once more may mean one of them. */
  inDoubt: OpenKey[];
  /** The payment of minutes ago that looks the same. */
  lookalike: Lookalike | undefined;
  /** What `despite` is once the payer goes on all the same: then the same is not asked again. */
  goOn: string;
};

/** What `despite` names: keys and payments, which are the same once a key is settled. */
const SEPARATOR = ".";

/**
 * What is about to be paid, as far as it may be the same as something else. Undefined where nothing is asked: it cannot be paid
 * as it is, which the payment itself says, or it is a merchant's order. Each of those is bought for itself: a second
 * coffee is no mistake, and the order that was made twice by one is seen before it is paid.
 */
async function intendedBy(purpose: Purpose, payload: Payload): Promise<Intended | undefined> {
  switch (purpose.kind) {
    case "transfer": {
      const parsed = parse(transferRequest, payload);
      const recipient = parsed.ok ? await findRecipient(parsed.value.payee) : undefined;
      if (!parsed.ok || recipient === undefined) return undefined;
      const { amountMinor, currency } = parsed.value;
      const { kind, intentId: purposeId } = purpose;
      return { kind, purposeId, payeeId: recipient.id, amountMinor, currency };
    }
    case "order": {
      const order = await findOrder(purpose.orderId);
      if (order === undefined || !(await isRequest(order.id))) return undefined;
      const { merchant, totalMinor: amountMinor, currency } = order;
      return { kind: "order", purposeId: order.id, payeeId: merchant.id, amountMinor, currency };
    }
    case "refund": {
      const parsed = parse(refundRequest, payload);
      if (!parsed.ok || parsed.value.amountMinor === undefined) return undefined;
      const { kind, intentId: purposeId, paymentId } = purpose;
      return { kind, purposeId, paymentId, amountMinor: parsed.value.amountMinor };
    }
    case "top-up": {
      const parsed = parse(topUpRequest, payload);
      return parsed.ok ? { kind: "top-up", purposeId: purpose.intentId, ...parsed.value } : undefined;
    }
    default:
      return purpose satisfies never;
  }
}

/**
 * What the payer is to be asked before `intended` is paid; undefined where there is nothing. `pressed`: what they are paying at
 * this moment. `despite`: what they were asked about already.
 */
export async function questionBefore(
  userId: string,
  intended: Intended,
  pressed: readonly string[],
  despite: string | undefined,
): Promise<Question | undefined> {
  const asked = new Set(despite?.split(SEPARATOR));
  const openKeys = await listInDoubt(userId, intended, pressed);
  // Afterwards: a payment that was settled in between is then found here.
  const earlier = await findLookalike(userId, intended);
  const inDoubt = openKeys.filter(({ key }) => !asked.has(key));
  const lookalike = earlier !== undefined && !asked.has(earlier.id) ? earlier : undefined;
  if (inDoubt.length === 0 && lookalike === undefined) return undefined;
  const found = [...openKeys.map(({ key }) => key), ...(earlier === undefined ? [] : [earlier.id])];
  return { inDoubt, lookalike, goOn: found.join(SEPARATOR) };
}

/** The same, of what a page shows and its payer presses nothing of yet. */
export async function questionOf(
  userId: string,
  purpose: Purpose,
  payload: Payload,
  despite: string | undefined,
): Promise<Question | undefined> {
  const intended = await intendedBy(purpose, payload);
  return intended && questionBefore(userId, intended, pressesOf(userId), despite);
}

/**
 * Whether the payer is to be asked something before this is paid that they have not been asked yet. Where not, it
 * counts as pressed from here on: of two windows that ask in the same moment, the second hears of the first. Throws where
 * it cannot be looked up: then nothing is to be paid.
 */
export async function asksBeforePress(
  userId: string,
  purpose: Purpose,
  payload: Payload,
  despite: string | undefined,
): Promise<boolean> {
  const purposeId = purpose.kind === "order" ? purpose.orderId : purpose.intentId;
  const pressed = pressesOf(userId);
  notePress(userId, purposeId);
  let asks = true;
  try {
    const intended = await intendedBy(purpose, payload);
    asks = intended !== undefined && (await questionBefore(userId, intended, pressed, despite)) !== undefined;
    return asks;
  } finally {
    if (asks) forgetPress(userId, purposeId);
  }
}
