/**
 * Which currencies there are and how many decimals they have: ISO 4217's own list (docs/decisions/0016), never the
 * runtime's. The locale data of Node and of browsers differs from it, from one another, and from release to release
 * (findings/intl-decimals-are-not-iso-4217.sh). Nothing here writes by locale, so browsers may have it.
 */
import { currencies } from "countries-list/currencies";

/** The largest amount a column of type `bigint` holds. Postgres would raise beyond it; we refuse before. */
export const MAX_AMOUNT_MINOR = 9_223_372_036_854_775_807n;

/** Codes of the list that nobody pays with. ISO 4217 marks the funds; the rest it names for what they are. */
const NOT_FOR_PAYMENT: ReadonlySet<string> = new Set([
  // Funds and units that amounts are indexed by.
  ...["BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW"],
  // Metals.
  ...["XAG", "XAU", "XPD", "XPT"],
  // Units of account between banks and states.
  ...["XAD", "XBA", "XBB", "XBC", "XBD", "XDR", "XSU", "XUA"],
  // For tests, and for no currency at all.
  ...["XTS", "XXX"],
]);

/** Every code that the list has ever given a minor unit here, withdrawn ones too: old payments stay readable. */
const decimalsByCode: ReadonlyMap<string, number> = new Map(
  Object.entries(currencies).map(([code, { decimals }]) => [code, decimals]),
);

const symbolsByCode: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(currencies).map(([code, { symbol, symbolNative }]) => [code, [symbol, symbolNative]]),
);

/** The signs that people write a currency with, beside its code: "$" for USD, "¥" and "￥" for JPY. */
export function symbolsOf(currency: string): readonly string[] {
  return symbolsByCode.get(currency) ?? [];
}

/** The currencies that somebody can be paid in now. */
export const CURRENCIES: ReadonlySet<string> = new Set(
  Object.entries(currencies)
    .filter(([code, { withdrawn }]) => withdrawn !== true && !NOT_FOR_PAYMENT.has(code))
    .map(([code]) => code),
);

/** Whether `code` is the ISO 4217 code, in capitals, of a currency that is in use. */
export function isCurrency(code: string): boolean {
  return CURRENCIES.has(code);
}

/** How many decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD. */
export function minorUnitDigits(currency: string): number {
  const digits = decimalsByCode.get(currency);
  if (digits === undefined) throw new Error(`Bug: an amount in "${currency}", which is no currency.`);
  return digits;
}
