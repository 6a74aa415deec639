/** Sending money without script: the fields of the transfer travel along, and a payment that looks the same is asked about. */
import { findRecipient } from "@/db/identity/recipients";
import { findLookalike } from "@/db/payments/views/earlier";
import { parse, transferRequest } from "@/lib/api/requests";
import { TRANSFER_FIELDS, transferReviewPath } from "@/lib/pay/drafts/transfer";
import type { Payload } from "@/lib/pay/state";
import type { PlainForm } from "./plain-form.ts";

export const TRANSFER_FORM: PlainForm<{ intentId: string }> = {
  purposeOf: ({ intentId }) => ({ kind: "transfer", intentId }),
  carried: TRANSFER_FIELDS,
  // The payment that was asked about already.
  beside: ["despite"],
  beginsAt: (place, carried, { despite }) => transferReviewPath(place, carried, despite),
};

/**
 * Whether the payer is to be asked before this transfer is paid: whether they have just paid the same person the same amount
 * for another purpose, by a payment that they have not been asked about yet.
 */
export async function looksLikeAnEarlierOne(
  userId: string,
  intentId: string,
  payload: Payload,
  despite: string | undefined,
): Promise<boolean> {
  const parsed = parse(transferRequest, payload);
  const recipient = parsed.ok ? await findRecipient(parsed.value.payee) : undefined;
  if (!parsed.ok || recipient === undefined) return false;
  const { amountMinor, currency } = parsed.value;
  const earlier = await findLookalike(userId, { intentId, payeeId: recipient.id, amountMinor, currency });
  return earlier !== undefined && earlier.id !== despite;
}
