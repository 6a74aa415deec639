/** The trial balance: what all accounts of a currency come to, which is nothing. */
import { database } from "../../connection/client.ts";

export type TrialBalance = {
  currency: string;
  accounts: number;
  /** What accounts hold, and what others owe: the house's own, from which money enters. */
  creditMinor: bigint;
  debitMinor: bigint;
  /** Zero where the books are right. */
  sumMinor: bigint;
};

/** It reads every account once; whoever looks again meanwhile sees the same. */
const KEPT_MS = 5_000;
let kept: { at: number; books: Promise<{ balances: TrialBalance[]; at: Date }> } | undefined;

type Row = { currency: string; accounts: number; credit: string; debit: string; sum: string };

/** The trial balance of every currency, now, in one statement. */
export async function readTrialBalance(): Promise<{ balances: TrialBalance[]; at: Date }> {
  // One statement sees whole payments only: what is under way is in both accounts or in none.
  const rows = await database().readingSql<Row[]>`
    select currency::text, count(*)::int as accounts,
           coalesce(sum(balance_minor) filter (where balance_minor > 0), 0)::text as credit,
           coalesce(sum(balance_minor) filter (where balance_minor < 0), 0)::text as debit,
           sum(balance_minor)::text as sum
      from ledger_accounts group by currency order by currency`;
  return {
    at: new Date(),
    balances: rows.map(({ currency, accounts, credit, debit, sum }) => ({
      currency,
      accounts,
      creditMinor: BigInt(credit),
      debitMinor: BigInt(debit),
      sumMinor: BigInt(sum),
    })),
  };
}

/** The trial balance of every currency, some seconds old at most, and when it was read. */
export function trialBalance(): Promise<{ balances: TrialBalance[]; at: Date }> {
  const now = Date.now();
  if (kept !== undefined && now - kept.at < KEPT_MS && now >= kept.at) return kept.books;
  const books = readTrialBalance();
  kept = { at: now, books };
  books.catch(() => {
    if (kept?.books === books) kept = undefined;
  });
  return books;
}
