/** Ledger accounts: opened empty and read here; only settling writes their balance. */
import { and, asc, eq, isNotNull } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { ledgerAccounts } from "../schema/ledger.ts";

export type AccountBalance = { id: string; currency: string; balanceMinor: string };

/** The accounts of one user, by currency. */
export async function listAccounts(userId: string): Promise<AccountBalance[]> {
  const rows = await database()
    .reading.select({
      id: ledgerAccounts.id,
      currency: ledgerAccounts.currency,
      balanceMinor: ledgerAccounts.balanceMinor,
    })
    .from(ledgerAccounts)
    .where(eq(ledgerAccounts.ownerId, userId))
    .orderBy(asc(ledgerAccounts.currency));
  return rows.map((row) => ({ ...row, balanceMinor: row.balanceMinor.toString() }));
}

/** The currencies of those accounts of a user that are frozen: they neither pay nor are paid. */
export async function listFrozenCurrencies(userId: string): Promise<string[]> {
  const rows = await database()
    .reading.select({ currency: ledgerAccounts.currency })
    .from(ledgerAccounts)
    .where(and(eq(ledgerAccounts.ownerId, userId), isNotNull(ledgerAccounts.closedAt)))
    .orderBy(asc(ledgerAccounts.currency));
  return rows.map(({ currency }) => currency);
}

/** Opens the accounts that a user lacks in the currencies that are open, with the daily limits of their currencies. Idempotent. */
export async function openAccounts(ownerId: string): Promise<void> {
  await database().readingSql`select open_accounts_v1(${ownerId})`;
}

/**
 * Opens an empty account for `ownerId` in `currency`, unless there is one. `dayLimitMinor` bounds what may leave it in a
 * UTC day by orders and transfers; null means no limit.
 */
export async function openAccount(
  id: string,
  ownerId: string,
  currency: string,
  dayLimitMinor: bigint | null,
): Promise<void> {
  await database()
    .readingSql`select open_account_v1(${id}, ${ownerId}, ${currency}, ${dayLimitMinor?.toString() ?? null})`;
}
