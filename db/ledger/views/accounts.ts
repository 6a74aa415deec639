/** Ledger accounts as an operator sees them: whose they are, and what they hold. */
import { and, asc, eq, gt, isNotNull, isNull, type SQL } from "drizzle-orm";
import { database } from "../../connection/client.ts";
import { users } from "../../schema/auth.ts";
import { ledgerAccounts } from "../../schema/ledger.ts";

export const ACCOUNT_STATES = ["open", "frozen", "house"] as const;
export type AccountFilter = {
  currency?: string | undefined;
  /** `house`: the service's own, which have no owner. */
  state?: (typeof ACCOUNT_STATES)[number] | undefined;
  /** An account's id, its owner's id, or their handle, whole. */
  find?: { id: string } | { handle: string } | undefined;
};

export type LedgerAccount = {
  id: string;
  /** Null for the house's own. */
  owner: { id: string; name: string; handle: string } | null;
  currency: string;
  balanceMinor: bigint;
  /** Null where the balance may fall without end. */
  minBalanceMinor: bigint | null;
  /** How many entries it has. */
  version: bigint;
  closedAt: Date | null;
  createdAt: Date;
};

async function select(where: SQL | undefined, limit: number): Promise<LedgerAccount[]> {
  const { reading } = database();
  // Cut before owners are looked for: else all people may be read for a page of accounts.
  const page = reading
    .select()
    .from(ledgerAccounts)
    .where(where)
    .orderBy(asc(ledgerAccounts.id))
    .limit(limit)
    .as("page");
  return reading
    .select({
      id: page.id,
      owner: { id: users.id, name: users.name, handle: users.handle },
      currency: page.currency,
      balanceMinor: page.balanceMinor,
      minBalanceMinor: page.minBalanceMinor,
      version: page.version,
      closedAt: page.closedAt,
      createdAt: page.createdAt,
    })
    .from(page)
    .leftJoin(users, eq(users.id, page.ownerId))
    .orderBy(asc(page.id));
}

function found(find: AccountFilter["find"]): Promise<SQL[]> {
  if (find === undefined) return Promise.resolve([]);
  if ("id" in find)
    return findLedgerAccount(find.id).then((account) => [
      account === undefined ? eq(ledgerAccounts.ownerId, find.id) : eq(ledgerAccounts.id, find.id),
    ]);
  // First who it is: a search over both tables at once would have to read one of them.
  return database()
    .reading.select({ id: users.id })
    .from(users)
    .where(eq(users.handle, find.handle))
    .then(([user]) => (user === undefined ? [] : [eq(ledgerAccounts.ownerId, user.id)]))
    .then((wanted) => (wanted.length === 0 ? [isNull(ledgerAccounts.id)] : wanted));
}

/** The accounts that fit, by their ids; those after `after`, where it is given. */
export async function searchAccounts(
  { currency, state, find }: AccountFilter,
  limit: number,
  after?: string,
): Promise<LedgerAccount[]> {
  const wanted = await found(find);
  const ofState = {
    open: isNull(ledgerAccounts.closedAt),
    frozen: isNotNull(ledgerAccounts.closedAt),
    house: isNull(ledgerAccounts.ownerId),
  };
  return select(
    and(
      ...wanted,
      currency === undefined ? undefined : eq(ledgerAccounts.currency, currency),
      state && ofState[state],
      after === undefined ? undefined : gt(ledgerAccounts.id, after),
    ),
    limit,
  );
}

/** The account called `id`, of whomever. */
export async function findLedgerAccount(id: string): Promise<LedgerAccount | undefined> {
  const [account] = await select(eq(ledgerAccounts.id, id), 1);
  return account;
}
