/** What an operator types to refund for a merchant. */
import { z } from "zod";
import { uuid } from "../api/requests.ts";
import type { AmountError } from "../form/amount.ts";
import { writtenIn } from "../form/written-in.ts";
import { readAmount } from "../money-input.ts";
import { reason } from "./reason.ts";

/**
 * The form of a refund of a payment in `currency`, of which `leftMinor` is left, typed by somebody who reads `locale`, where the
 * form does not say so. `intentId` is made with the page, so that the form sent twice begins one refund. The messages of issues
 * are codes.
 */
export function operatorRefundForm(currency: string, leftMinor: string, locale: string) {
  return z
    .object({ intentId: uuid, amount: z.string().catch(""), reason, ...writtenIn })
    .superRefine(({ amount, locale: sentIn }, context) => {
      const report = (message: "too_much" | AmountError) =>
        context.addIssue({ code: "custom", path: ["amount"], message });
      const reading = readAmount(amount, currency, sentIn ?? locale);
      if (!reading.ok) report(`amount_${reading.reason}`);
      else if (BigInt(reading.amountMinor) > BigInt(leftMinor)) report("too_much");
    })
    .transform(({ intentId, amount, reason, locale: sentIn }) => {
      const reading = readAmount(amount, currency, sentIn ?? locale);
      if (!reading.ok) throw new Error("Bug: an amount that was refused is used.");
      return { intentId, reason, amountMinor: reading.amountMinor };
    });
}
