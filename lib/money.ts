/**
 * Money is a `bigint` of minor units beside its ISO 4217 currency; on the wire and between server and client the
 * integer travels as a decimal string. Nothing here, and nothing elsewhere, turns an amount into a `number`.
 */

/** The largest amount a column of type `bigint` holds. Postgres would raise beyond it; we refuse before. */
export const MAX_AMOUNT_MINOR = 9_223_372_036_854_775_807n;

const knownCurrencies: ReadonlySet<string> = new Set(Intl.supportedValuesOf("currency"));

/** Whether `code` is an ISO 4217 code, in capitals, that this runtime knows the minor unit of. */
export function isCurrency(code: string): boolean {
  return knownCurrencies.has(code);
}

/** How many decimals a currency has: 2 for USD, 0 for JPY, 3 for KWD (ECMA-402 follows ISO 4217 here). */
function minorUnitDigits(currency: string): number {
  const digits = new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions();
  return digits.maximumFractionDigits ?? 0;
}

/** Writes minor units as a plain decimal: `toDecimal("1250", "USD")` is "12.50". Exact at any size. */
function toDecimal(amountMinor: bigint | string, currency: string): string {
  const amount = BigInt(amountMinor);
  const digits = minorUnitDigits(currency);
  const sign = amount < 0n ? "-" : "";
  const padded = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, "0");
  return digits === 0 ? sign + padded : `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** Formats minor units for people: `formatMoney("3800", "USD", "en")` is "$38.00". Exact at any size. */
export function formatMoney(amountMinor: bigint | string, currency: string, locale: string): string {
  // A decimal string is formatted without passing through a double (ECMA-402, Intl.NumberFormat v3).
  const decimal = toDecimal(amountMinor, currency) as `${number}`;
  return new Intl.NumberFormat(locale, { style: "currency", currency }).format(decimal);
}
