/** What a text names that an operator searches for: each possibility is looked up by a key of its own. */
import { sql } from "drizzle-orm";
import { database } from "../../connection/client.ts";
import type { Subject } from "./selection.ts";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Reads `text`: a whole id is that of a payment, an order, an account, a person or an open key; a handle, with or without @, and an
 * e-mail address name somebody; everything else, and what stands in quotes, are words of a note.
 */
export async function understand(text: string): Promise<Subject> {
  const quoted = /^["“„](.+)["”“]$/u.exec(text)?.[1];
  if (quoted !== undefined) return { type: "words", text: quoted };
  if (UUID.test(text)) return (await named(text.toLowerCase())) ?? { type: "nothing", text };
  const word = text.toLowerCase();
  const isAddress = /^[^\s@]+@[^\s@]+$/.test(word);
  const isHandle = /^@?[a-z][a-z0-9-]{1,29}$/.test(word);
  if (!isAddress && !isHandle) return { type: "words", text };
  const [person] = await database().reading.execute<{ id: string; name: string; handle: string }>(
    isAddress
      ? sql`select u.id, u.name, u.handle from email_addresses e join users u on u.id = e.user_id where e.email = ${word}`
      : sql`select u.id, u.name, u.handle from users u where u.handle = ${word.replace(/^@/, "")}`,
  );
  if (person) return { type: "person", ...person };
  return isAddress || word.startsWith("@") ? { type: "nothing", text } : { type: "words", text };
}

/** What has the id. One statement: an id is one thing's alone, but for a key and its payment, which lie on one side of settling. */
async function named(id: string): Promise<Subject | undefined> {
  const [row] = await database().reading.execute<{
    isPayment: boolean;
    keyUser: string | null;
    order: { at: string; paidBy: string | null } | null;
    account: { owner: string | null; currency: string } | null;
    person: { name: string; handle: string } | null;
  }>(sql`
    select exists (select from payments p where p.id = ${id}::uuid) as is_payment,
           (select k.user_id from idempotency_keys k where k.key = ${id}::uuid limit 1) as key_user,
           (select jsonb_build_object('at', o.created_at, 'paidBy', o.paid_by) from orders o where o.id = ${id}::uuid) as "order",
           (select jsonb_build_object('owner', a.owner_id, 'currency', a.currency) from ledger_accounts a where a.id = ${id}::uuid) as account,
           (select jsonb_build_object('name', u.name, 'handle', u.handle) from users u where u.id = ${id}::uuid) as person`);
  if (row === undefined) throw new Error("Bug: a select without a table answered nothing.");
  if (row.isPayment) return { type: "payment", id };
  if (row.keyUser !== null) return { type: "key", id, userId: row.keyUser };
  if (row.order) return { type: "order", id, createdAt: new Date(row.order.at), paidBy: row.order.paidBy };
  if (row.account) return { type: "account", id, ownerId: row.account.owner, currency: row.account.currency };
  return row.person ? { type: "person", id, ...row.person } : undefined;
}
