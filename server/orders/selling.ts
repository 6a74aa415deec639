/** What pages of merchants have in common. */
import { listAccounts } from "@/db/ledger/accounts";
import { moneyPattern } from "@/lib/money";
import type { MoneyPattern } from "@/lib/money-pattern";

/** How amounts are written in each currency that a merchant can be paid in; undefined where there is none. */
export async function patternsOf(
  merchantId: string,
  locale: string,
): Promise<readonly [MoneyPattern, ...MoneyPattern[]] | undefined> {
  const accounts = await listAccounts(merchantId);
  const [first, ...others] = accounts.map(({ currency }) => moneyPattern(currency, locale));
  return first && [first, ...others];
}

/** Today in UTC, as fields of dates write it. */
export function todayInUtc(): string {
  return new Date().toISOString().slice(0, 10);
}
