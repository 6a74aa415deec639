/**
 * Money is a `bigint` of minor units beside its ISO 4217 currency; on the wire and between server and client the
 * integer travels as a decimal string. Nothing here, and nothing elsewhere, turns an amount into a `number`.
 *
 * Which currencies there are and how many decimals they have is ISO 4217's own list (docs/decisions/0016), never the
 * runtime's: the locale data of Node and of browsers differs from it, from one another, and from release to release
 * (findings/intl-decimals-are-not-iso-4217.sh).
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
function minorUnitDigits(currency: string): number {
  const digits = decimalsByCode.get(currency);
  if (digits === undefined) throw new Error(`Bug: an amount in "${currency}", which is no currency.`);
  return digits;
}

/** Writes minor units as a plain decimal: `toDecimal("1250", 2)` is "12.50". Exact at any size. */
function toDecimal(amountMinor: bigint | string, digits: number): string {
  const amount = BigInt(amountMinor);
  const sign = amount < 0n ? "-" : "";
  const padded = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, "0");
  return digits === 0 ? sign + padded : `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/**
 * Reads a plain decimal as minor units, exactly: `fromDecimal("12.5", "USD")` is 1250n. Undefined where it is none (no sign, no
 * grouping, a point before decimals), has more decimals than the currency, or is more than an account can hold.
 */
export function fromDecimal(text: string, currency: string): bigint | undefined {
  const [, whole = "", decimals = ""] = /^([0-9]{1,19})(?:\.([0-9]+))?$/.exec(text) ?? [];
  const digits = minorUnitDigits(currency);
  if (whole === "" || decimals.length > digits) return undefined;
  const amountMinor = BigInt(whole + decimals.padEnd(digits, "0"));
  return amountMinor <= MAX_AMOUNT_MINOR ? amountMinor : undefined;
}

/**
 * Formats minor units for people: `formatMoney("3800", "USD", "en")` is "$38.00". Exact at any size, and always with the
 * decimals of the currency. Called on the server alone: symbols, grouping and spaces are the runtime's, and a browser
 * would put others in their place. A component that runs in the browser is given the string.
 */
export function formatMoney(amountMinor: bigint | string, currency: string, locale: string): string {
  const digits = minorUnitDigits(currency);
  const format = new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  // A decimal string is formatted without passing through a double (ECMA-402, Intl.NumberFormat v3).
  return format.format(toDecimal(amountMinor, digits) as `${number}`);
}
