/** What pages of merchants have in common. */
import { listAccounts } from "@/db/ledger/accounts";
import { listOrdersOf } from "@/db/orders/orders";
import { moneyPattern } from "@/lib/money";
import type { MoneyPattern } from "@/lib/money-pattern";

/**
 * How amounts are written in each currency that a merchant can be paid in, the one of their latest order first; undefined where
 * there is none.
 */
export async function patternsOf(
  merchantId: string,
  locale: string,
): Promise<readonly [MoneyPattern, ...MoneyPattern[]] | undefined> {
  const [accounts, [latest]] = await Promise.all([listAccounts(merchantId), listOrdersOf(merchantId, 1)]);
  const currencies = accounts.map(({ currency }) => currency);
  const usual = currencies.filter((currency) => currency === latest?.currency);
  const [first, ...others] = [...new Set([...usual, ...currencies])].map((currency) =>
    moneyPattern(currency, locale),
  );
  return first && [first, ...others];
}

/** Today in UTC, as fields of dates write it. */
export function todayInUtc(): string {
  return new Date().toISOString().slice(0, 10);
}
