/** What a seller types to pay something back: read the same in the browser and on the server. */
import { z } from "zod";
import type { AmountError } from "../form/amount.ts";
import { writtenIn } from "../form/written-in.ts";
import { readAmount } from "../money-input.ts";
import { plainText } from "../text/plain-text.ts";

/** As over the API. */
const REASON_MAX_LENGTH = 140;

export type RefundFormError = "too_much" | "reason_long" | "reason_signs";

const text = z.string().catch("");
const fields = z.object({ amount: text, reason: text, ...writtenIn });

function reasonError(reason: string): RefundFormError | undefined {
  if (reason === "") return undefined;
  if ([...reason].length > REASON_MAX_LENGTH) return "reason_long";
  return plainText(REASON_MAX_LENGTH).safeParse(reason).success ? undefined : "reason_signs";
}

/**
 * The form of a refund of a payment in `currency`, of which `leftMinor` is left, typed by somebody who reads the
 * language that the form was shown in (`locale`, where it does not say so). What
 * comes out is the body of a request to the API. The messages of issues are codes.
 */
export function refundForm(currency: string, leftMinor: string, locale: string) {
  return fields
    .superRefine(({ amount, reason, locale: sentIn }, context) => {
      const report = (path: string, message: RefundFormError | AmountError) =>
        context.addIssue({ code: "custom", path: [path], message });
      const reading = readAmount(amount, currency, sentIn ?? locale);
      if (!reading.ok) report("amount", `amount_${reading.reason}`);
      else if (BigInt(reading.amountMinor) > BigInt(leftMinor)) report("amount", "too_much");
      const wrong = reasonError(reason.trim());
      if (wrong) report("reason", wrong);
    })
    .transform(({ amount, reason, locale: sentIn }) => {
      const reading = readAmount(amount, currency, sentIn ?? locale);
      if (!reading.ok) throw new Error("Bug: an amount that was refused is used.");
      const why = reason.trim();
      return { amountMinor: reading.amountMinor, ...(why === "" ? {} : { reason: why }) };
    });
}
