/** Whom somebody means by what they type as a recipient: by the same rules as a payment itself (db/payments/look-up.ts). */
import { and, asc, eq, or } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts } from "../schema/ledger.ts";

export type Recipient = {
  id: string;
  name: string;
  handle: string;
  /** The currencies that they have an account in. */
  currencies: string[];
};

/** Who has this handle, or has verified this e-mail address; capitals make no difference. */
export async function findRecipient(handleOrEmail: string): Promise<Recipient | undefined> {
  const wanted = handleOrEmail.toLowerCase();
  const rows = await database()
    .reading.select({
      id: users.id,
      name: users.name,
      handle: users.handle,
      currency: ledgerAccounts.currency,
    })
    .from(users)
    .leftJoin(ledgerAccounts, eq(ledgerAccounts.ownerId, users.id))
    .where(or(eq(users.handle, wanted), and(eq(users.email, wanted), eq(users.emailVerified, true))))
    .orderBy(asc(ledgerAccounts.currency));
  const [first] = rows;
  if (first === undefined) return undefined;
  const { id, name, handle } = first;
  return {
    id,
    name,
    handle,
    currencies: rows.flatMap(({ currency }) => (currency === null ? [] : [currency])),
  };
}
