/** One movement of somebody's history, by the id of its payment. */
import { sql } from "drizzle-orm";
import { type Movement, partyOf } from "../../lib/activity/movement.ts";
import { database } from "../connection/client.ts";

type Row = Omit<Movement, "at" | "party"> & {
  at: string;
  partyName: string | null;
  partyHandle: string | null;
};

/**
 * The movement that the payment `id` is on an account of `userId`, or what they asked for, declined tries included; undefined
 * where they have no part in it. What somebody moved between accounts of others (an operator) is seen from the payer's.
 */
export async function findMovement(userId: string, id: string): Promise<Movement | undefined> {
  const [row] = await database().reading.execute<Row>(sql`
    select p.id, p.kind, p.status, p.decline_code, p.amount_minor, p.currency::text, p.note, p.settled_at as at,
           p.subject_id as refund_of, case when p.kind = 'order' then p.purpose_id end as order_id, o.description,
           coalesce(o.is_request and p.kind = 'order', false) as is_request,
           coalesce(mine.id, p.payer_account_id) as account_id,
           case when mine.id = p.payee_account_id then 'in' else 'out' end as direction,
           case when mine.id is null then null
                when mine.id = t.debit_account_id then t.debit_balance_minor else t.credit_balance_minor end as balance_minor,
           coalesce(r.refunded_minor, 0) as refunded_minor, party.name as party_name, party.handle as party_handle
      from payments p
      left join lateral (
        select a.id from ledger_accounts a
         where a.id in (p.payer_account_id, p.payee_account_id) and a.owner_id = ${userId}::uuid
         order by a.id = p.payer_account_id desc limit 1) mine on true
      left join lateral (select * from ledger_transfers l where l.id = p.id limit 1) t on true
      left join lateral (
        select s.purpose_id from payments s
         where s.id = p.subject_id and p.kind = 'refund' and s.kind = 'order' limit 1) sale on true
      left join lateral (
        select d.description, d.is_request from orders d
         where d.id = case when p.kind = 'order' then p.purpose_id else sale.purpose_id end limit 1) o on true
      left join lateral (select f.refunded_minor from refund_totals f where f.payment_id = p.id limit 1) r on true
      left join lateral (
        select u.name, u.handle from ledger_accounts a join users u on u.id = a.owner_id
         where a.id = case when mine.id = p.payee_account_id then p.payer_account_id else p.payee_account_id end limit 1
        ) party on true
     where p.id = ${id}::uuid and (p.user_id = ${userId}::uuid or (mine.id is not null and p.status = 'succeeded'))
     limit 1`);
  if (!row) return undefined;
  const { at, partyName, partyHandle, ...movement } = row;
  return { ...movement, at: new Date(at), party: partyOf(partyName, partyHandle) };
}
