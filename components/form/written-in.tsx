"use client";

import { useLocale } from "next-intl";
import { WRITTEN_IN } from "@/lib/form/written-in";
import { isLocale } from "@/lib/locale";
import { readAmount } from "@/lib/money-input";
import { type MoneyPattern, writeFigures } from "@/lib/money-pattern";
import { useFormContext } from "./form-context";

/** Sends along which language the form is shown in: the server reads its amounts by that one (lib/form/written-in.ts). */
export function WrittenIn() {
  return <input type="hidden" name={WRITTEN_IN} value={useLocale()} />;
}

/** An amount that was sent, as the page's language writes it: the form may have been sent in another. */
export function useAmountAsWritten(typed: string | undefined, pattern: MoneyPattern): string | undefined {
  const locale = useLocale();
  const sentIn = useFormContext().typedIn(WRITTEN_IN);
  if (typed === undefined || typeof sentIn !== "string" || sentIn === locale || !isLocale(sentIn))
    return typed;
  const reading = readAmount(typed, pattern.currency, sentIn);
  return reading.ok ? writeFigures(reading.amountMinor, pattern) : typed;
}
