/** Balances with the number of the transfer that made each. */
import { asc, eq } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { ledgerAccounts } from "../schema/ledger.ts";

/** An account, with its balance and how many transfers have made it: read together, so that a history can end there. */
export type AccountState = { id: string; currency: string; balanceMinor: bigint; version: bigint };

/** The accounts of `userId` by currency, in one statement. */
export function readAccountStates(userId: string): Promise<AccountState[]> {
  return database()
    .reading.select({
      id: ledgerAccounts.id,
      currency: ledgerAccounts.currency,
      balanceMinor: ledgerAccounts.balanceMinor,
      version: ledgerAccounts.version,
    })
    .from(ledgerAccounts)
    .where(eq(ledgerAccounts.ownerId, userId))
    .orderBy(asc(ledgerAccounts.currency));
}
