/**
 * The demo leaves people in a database whose passwords and API keys are published. Outside the demo they would let anybody
 * in, so start-up refuses such a database, and a command removes them.
 *
 * The demo's people are recognised by their ids, which nobody can choose. A handle or an address anybody could register to
 * keep a server from starting.
 */
import { and, eq, gt, inArray, or, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { apiKeys, credentials, sessions } from "../schema/auth.ts";
import { connectAsOwner } from "./migrate.ts";
import { DEMO_KEY_HASHES, DEMO_USER_IDS } from "./seed.ts";

export const DEMO_IS_OPEN =
  "This database lets in the demo's people, whose passwords and API keys are published: take that away with npm run remove-demo, or start the demo with ONCE_DEMO=1.";

/** Whether a password, a session or an API key of the demo's people still lets somebody in. */
export async function isDemoOpen(): Promise<boolean> {
  const db = database().reading;
  const found = await Promise.all([
    db
      .select({ id: credentials.id })
      .from(credentials)
      .where(inArray(credentials.userId, DEMO_USER_IDS))
      .limit(1),
    db
      .select({ id: sessions.id })
      .from(sessions)
      .where(and(inArray(sessions.userId, DEMO_USER_IDS), gt(sessions.expiresAt, sql`now()`)))
      .limit(1),
    db
      .select({ id: apiKeys.id })
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.enabled, true),
          or(inArray(apiKeys.referenceId, DEMO_USER_IDS), inArray(apiKeys.key, DEMO_KEY_HASHES)),
        ),
      )
      .limit(1),
  ]);
  return found.flat().length > 0;
}

/** How many of each were removed. */
export type Removed = { passwords: number; sessions: number; apiKeys: number; accounts: number };

/**
 * Removes all credentials of the demo's people, and closes their accounts and every other one that play money has reached,
 * over however many hands: nobody may pay with it. Top-ups are the demo's alone, so that is where play money begins. The
 * people, their payments and their transfers stay. Idempotent.
 */
export async function removeDemo(ownerUrl: string): Promise<Removed> {
  const people = DEMO_USER_IDS.join(",");
  const owner = connectAsOwner(ownerUrl);
  try {
    return await owner.begin(async (tx) => {
      const passwords = await tx`
        delete from credentials where user_id = any (string_to_array(${people}, ',')::uuid[])`;
      const ended =
        await tx`delete from sessions where user_id = any (string_to_array(${people}, ',')::uuid[])`;
      const keys = await tx`
        delete from api_keys where reference_id = any (string_to_array(${people}, ',')::uuid[])
                                or key = any (string_to_array(${DEMO_KEY_HASHES.join(",")}, ','))`;
      // Links that were mailed, and the copies of all mails that the demo keeps to be looked at.
      await tx`delete from verifications where value = any (string_to_array(${people}, ','))`;
      await tx`update mail_outbox set demo_copy = null where demo_copy is not null`;
      const closed = await tx`
        with recursive reached (id) as (
          select payee_account_id from payments where kind = 'top-up' and status = 'succeeded'
          union
          select t.credit_account_id from ledger_transfers t join reached r on r.id = t.debit_account_id
        )
        update ledger_accounts a set closed_at = now()
         where a.closed_at is null and a.owner_id is not null
           and (a.owner_id = any (string_to_array(${people}, ',')::uuid[]) or a.id in (select r.id from reached r))`;
      return {
        passwords: passwords.count,
        sessions: ended.count,
        apiKeys: keys.count,
        accounts: closed.count,
      };
    });
  } finally {
    await owner.end({ timeout: 5 });
  }
}
