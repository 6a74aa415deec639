/** An amount in a form: as people type it, beside its currency. */
import { z } from "zod";
import { isCurrency } from "../currency.ts";
import type { Locale } from "../locale.ts";
import { type AmountReading, readAmount } from "../money-input.ts";
import { writtenIn } from "./written-in.ts";

/** Codes of what can be wrong with an amount; components/form says each in words. */
export type AmountError = `amount_${Extract<AmountReading, { ok: false }>["reason"] | "currency"}`;

const NO_CURRENCY = "amount_currency" satisfies AmountError;

/** The fields of a form that has an amount: spread them into its object, and give that to `withAmount`. */
export const amountFields = {
  amount: z.string("amount_empty" satisfies AmountError),
  currency: z.string(NO_CURRENCY).refine(isCurrency, NO_CURRENCY),
  ...writtenIn,
};

/**
 * The schema of a form with an amount: `amount` is read as somebody types it who reads the language that the form was shown
 * in (`locale`, where it does not say so), and what comes out has `amountMinor` in its place. What is wrong with it is an issue of `amount`, told beside those of the other fields.
 */
export function withAmount<S extends z.ZodObject<typeof amountFields & z.ZodRawShape>>(
  schema: S,
  locale: string,
) {
  type Typed = { amount: string; currency: string; locale?: Locale | undefined };
  const read = (value: unknown) => {
    const { amount, currency, locale: sentIn } = value as Typed;
    return readAmount(amount, currency, sentIn ?? locale);
  };
  return schema
    .refine((value) => read(value).ok, {
      path: ["amount"],
      // Also where another field is wrong: whoever mends one sees the other at once.
      when: ({ value }) => amountFieldsOnly.safeParse(value).success,
      error: ({ input }) => {
        const reading = read(input);
        return reading.ok ? undefined : (`amount_${reading.reason}` satisfies AmountError);
      },
    })
    .transform((value) => {
      const reading = read(value);
      if (!reading.ok) throw new Error("Bug: an amount that was refused is used.");
      const { amount: _, locale: __, ...rest } = value;
      return { ...rest, amountMinor: reading.amountMinor };
    });
}

const amountFieldsOnly = z.object(amountFields);
