/** Ledger accounts, read. They are written by settling alone. */
import { asc, eq } from "drizzle-orm";
import { database } from "../client.ts";
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
