/**
 * Writing an amount where only the browser knows it: while somebody types. The signs and spaces come from the server
 * (`moneyPattern` of money.ts), so that an amount is one text, whoever wrote it.
 */

/** How amounts of one currency are written in one language, and what the currency is called there. */
export type MoneyPattern = {
  currency: string;
  name: string;
  decimals: number;
  prefix: string;
  suffix: string;
  group: string;
  decimal: string;
};

/** The figures alone, without groups or the currency's sign: "1234.50", "1234,50". Exact at any size; not below zero. */
export function writeFigures(amountMinor: bigint | string, { decimals, decimal }: MoneyPattern): string {
  const digits = BigInt(amountMinor)
    .toString()
    .padStart(decimals + 1, "0");
  return decimals === 0 ? digits : `${digits.slice(0, -decimals)}${decimal}${digits.slice(-decimals)}`;
}

/** The amount as `formatMoney` writes it on the server: the same characters. Exact at any size; not below zero. */
export function writeMoney(amountMinor: bigint | string, pattern: MoneyPattern): string {
  const figures = writeFigures(amountMinor, pattern);
  const wholeLength = figures.length - (pattern.decimals === 0 ? 0 : pattern.decimals + 1);
  // Both of our languages group by three from the first group on.
  const whole = figures.slice(0, wholeLength).replaceAll(/\B(?=(\d{3})+$)/g, pattern.group);
  return `${pattern.prefix}${whole}${figures.slice(wholeLength)}${pattern.suffix}`;
}
