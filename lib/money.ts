/**
 * Money is a `bigint` of minor units beside its ISO 4217 currency; on the wire and between server and client the
 * integer travels as a decimal string. Nothing here, and nothing elsewhere, turns an amount into a `number`.
 */
import { MAX_AMOUNT_MINOR, minorUnitDigits } from "./currency.ts";
import type { MoneyPattern } from "./money-pattern.ts";

/** Writes minor units as a plain decimal: `toDecimal("1250", 2)` is "12.50". Exact at any size. */
function toDecimal(amountMinor: bigint | string, digits: number): string {
  const amount = BigInt(amountMinor);
  const sign = amount < 0n ? "-" : "";
  const padded = (amount < 0n ? -amount : amount).toString().padStart(digits + 1, "0");
  return digits === 0 ? sign + padded : `${sign}${padded.slice(0, -digits)}.${padded.slice(-digits)}`;
}

/** Writes minor units for programs: `plainDecimal("-1250", "USD")` is "-12.50", with a point in every language. */
export function plainDecimal(amountMinor: bigint | string, currency: string): string {
  return toDecimal(amountMinor, minorUnitDigits(currency));
}

/** With the decimals of ISO 4217; Intl's own are others for many currencies. */
function formatOf(currency: string, locale: string): Intl.NumberFormat {
  const digits = minorUnitDigits(currency);
  return new Intl.NumberFormat(locale, {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
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
  // A decimal string is formatted without passing through a double (ECMA-402, Intl.NumberFormat v3).
  return formatOf(currency, locale).format(toDecimal(amountMinor, minorUnitDigits(currency)) as `${number}`);
}

/**
 * How this runtime writes amounts of a currency, for a component of the browser that has to write some itself, as a money
 * field does while somebody types (lib/money-pattern.ts): symbol, signs and spaces are then the server's there too. Called
 * on the server alone.
 */
export function moneyPattern(currency: string, locale: string): MoneyPattern {
  const parts = formatOf(currency, locale).formatToParts(1_234_567.5);
  const figures = parts.map(({ type }) => /^(integer|group|decimal|fraction)$/.test(type));
  const [first, last] = [figures.indexOf(true), figures.lastIndexOf(true)];
  const text = (from: number, to?: number) =>
    parts
      .slice(from, to)
      .map(({ value }) => value)
      .join("");
  // JPY has no decimal sign to show; what people would write there is that of any other currency.
  const decimal = new Intl.NumberFormat(locale).formatToParts(0.5).find(({ type }) => type === "decimal");
  return {
    currency,
    name: new Intl.DisplayNames(locale, { type: "currency" }).of(currency) ?? currency,
    decimals: minorUnitDigits(currency),
    prefix: text(0, first),
    suffix: text(last + 1),
    group: parts.find(({ type }) => type === "group")?.value ?? "",
    decimal: decimal?.value ?? ".",
  };
}
