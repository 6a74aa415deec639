/** Sending money without script: the fields of the transfer travel along, and the payer is asked first where this may be a second time. */
import { listInDoubt } from "@/db/activity/open-keys";
import { findRecipient } from "@/db/identity/recipients";
import { findLookalike, type Lookalike } from "@/db/payments/views/earlier";
import type { OpenKey } from "@/lib/activity/open-key";
import { parse, transferRequest } from "@/lib/api/requests";
import { TRANSFER_FIELDS, transferReviewPath } from "@/lib/pay/drafts/transfer";
import type { Payload } from "@/lib/pay/state";
import type { PlainForm } from "./plain-form.ts";
import { forgetPress, notePress, pressesOf } from "./presses.ts";

export const TRANSFER_FORM: PlainForm<{ intentId: string }> = {
  purposeOf: ({ intentId }) => ({ kind: "transfer", intentId }),
  carried: TRANSFER_FIELDS,
  // What was asked about already.
  beside: ["despite"],
  beginsAt: (place, carried, { despite }) => transferReviewPath(place, carried, despite),
};

export type TransferQuestion = {
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
 * What the payer is to be asked before `transfer` is paid; undefined where there is nothing. `pressed`: what they are paying at
 * this moment. `despite`: what they were asked about already.
 */
export async function questionBefore(
  userId: string,
  transfer: { intentId: string; payeeId: string; amountMinor: string; currency: string },
  pressed: readonly string[],
  despite: string | undefined,
): Promise<TransferQuestion | undefined> {
  const asked = new Set(despite?.split(SEPARATOR));
  const openKeys = await listInDoubt(userId, transfer.intentId, pressed);
  // Afterwards: a payment that was settled in between is then found here.
  const earlier = await findLookalike(userId, transfer);
  const inDoubt = openKeys.filter(({ key }) => !asked.has(key));
  const lookalike = earlier !== undefined && !asked.has(earlier.id) ? earlier : undefined;
  if (inDoubt.length === 0 && lookalike === undefined) return undefined;
  const found = [...openKeys.map(({ key }) => key), ...(earlier === undefined ? [] : [earlier.id])];
  return { inDoubt, lookalike, goOn: found.join(SEPARATOR) };
}

/**
 * Whether the payer is to be asked something before this transfer is paid that they have not been asked yet. Where not, it
 * counts as pressed from here on: of two windows that ask in the same moment, the second hears of the first.
 */
export async function asksBeforePress(
  userId: string,
  intentId: string,
  payload: Payload,
  despite: string | undefined,
): Promise<boolean> {
  const pressed = pressesOf(userId);
  notePress(userId, intentId);
  let asks = true;
  try {
    const parsed = parse(transferRequest, payload);
    const recipient = parsed.ok ? await findRecipient(parsed.value.payee) : undefined;
    if (!parsed.ok || recipient === undefined) return false;
    const { amountMinor, currency } = parsed.value;
    const transfer = { intentId, payeeId: recipient.id, amountMinor, currency };
    asks = (await questionBefore(userId, transfer, pressed, despite)) !== undefined;
    return asks;
  } finally {
    if (asks) forgetPress(userId, intentId);
  }
}
