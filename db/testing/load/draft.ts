/**
 * What a load will have been, in temporary tables and in order of time: load_draft has a row per payment, load_entry a row per
 * side of each that succeeded, with its account's version and balance. Written by load-payments.ts, slice by slice.
 */
import type postgres from "postgres";
import { MERCHANTS } from "./people.ts";

/** A refund follows its sale by as many groups of twenty-five payments; fewer in a small load. */
const REFUND_GROUPS_BACK_MAX = 1_000;

export type Span = { from: Date; to: Date };

/** A UUID v7 of a moment (RFC 9562 §5.7), also where the server is older than its uuidv7(). */
const keyOf = (at: string) => `
  (lpad(to_hex((extract(epoch from ${at}) * 1000)::bigint), 12, '0') || '7' ||
   substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid`;

/** Drafts `count` payments between the people of load_person over `span`. */
export async function draftPayments(
  sql: postgres.Sql,
  count: number,
  people: number,
  span: Span,
): Promise<void> {
  const spanSeconds = (span.to.getTime() - span.from.getTime()) / 1_000;
  const groupsBack = Math.min(REFUND_GROUPS_BACK_MAX, Math.max(1, Math.floor(count / 100)));
  const payers = people - MERCHANTS;
  const [currencies] = await sql<{ count: number }[]>`select count(*)::int as count from load_currency`;
  const openings = payers * (currencies?.count ?? 1);

  // Chance first, once for each row; what follows only reads it.
  await sql.unsafe(`
    create temp table load_chance as
    select n, date_trunc('milliseconds', timestamptz '${span.from.toISOString()}'
             + interval '1 second' * (${spanSeconds} * (n - random()) / ${count})) as settled_at,
           random() as of_kind, random() as of_currency, random() as of_amount, random() as of_decline, random() as of_payer,
           random() as of_payee, random() as of_note, random() as of_delay, gen_random_uuid() as purpose_id
      from generate_series(1, ${count}) n`);
  await sql.unsafe(`
    create temp table load_draft as
    with told as (
      select c.*,
             case when n <= ${openings} then 'top-up'
                  when n % 25 = 0 or n % 50 = 1 then 'refund'
                  when of_kind < 0.52 then 'order' when of_kind < 0.98 then 'transfer' else 'top-up' end as kind,
             case when n <= ${openings} then (n - 1) / ${payers}
                  when of_currency < 0.75 then 0 else (of_currency * 1000)::int % (select count(*) from load_currency) end::int as k,
             ${MERCHANTS} + 1 + case when n <= ${openings} then (n - 1) % ${payers} else floor(of_payer * ${payers}) end::int as person,
             least(floor(10 ^ (2 + 2.3 * of_amount * of_amount * (0.7 + 0.3 * of_note)))::bigint, 99999) as size
        from load_chance c)
    select n, settled_at, settled_at - interval '1 second' * (2 + 90 * of_delay) as opened_at,
           ${keyOf("settled_at - interval '1 second' * (2 + 90 * of_delay)")} as id,
           kind, k, purpose_id, null::int as refund_of_n, of_note, of_payee,
           'succeeded' as status, null::text as decline_code, true as puts_order, 1 + (of_note * 3)::int as quantity,
           case when kind = 'top-up' then 0 else person end as payer_n,
           case kind when 'top-up' then person
                     when 'order' then case when of_payee < 0.4 then 1 else 1 + floor(${MERCHANTS} * of_payee * of_payee)::int end
                     else ${MERCHANTS} + 1 + (person - ${MERCHANTS} + floor(of_payee * (${payers} - 1))::int) % ${payers} end as payee_n,
           case when kind = 'top-up' then (1 + floor(of_amount * 20))::bigint * 5000 else size end
             * case (select digits from load_currency c where c.k = told.k) when 3 then 3 else 1 end as amount,
           case when kind in ('order', 'transfer') and of_decline < 0.06 then of_decline / 0.06 end as decline_chance,
           case when kind = 'transfer' and of_note < 0.4 then
             (array['Rent', 'Thanks for dinner', 'Concert tickets', 'Train to the coast', 'Birthday present', 'Groceries', 'Half of the taxi',
                    'For the plants', 'Trip, second half', 'Coffee'])[1 + (of_note * 25)::int % 10] end as note
      from told`);
  await sql`alter table load_draft add primary key (n)`;
  await sql`update load_draft set amount = amount * quantity where kind = 'order'`;
  await sql`
    update load_draft
       set status = 'declined',
           decline_code = case when decline_chance < 0.55 then 'insufficient_funds' when decline_chance < 0.75 then 'limit_exceeded'
                               when kind = 'transfer' then 'payee_closed'
                               when decline_chance < 0.88 then 'order_cancelled' else 'order_expired' end,
           amount = case when decline_chance < 0.55 then amount * 100 else amount end
     where decline_chance is not null`;
  await draftRepeats(sql);
  await draftRefunds(sql, groupsBack);
  await draftOpenings(sql, openings);
  await draftEntries(sql);
}

/** Some declined tries are tried again under another key and paid; some come when their order has been paid by somebody else. */
async function draftRepeats(sql: postgres.Sql): Promise<void> {
  await sql`
    update load_draft d
       set status = 'declined', decline_code = 'limit_exceeded', kind = 'order', purpose_id = p.purpose_id, k = p.k, payer_n = p.payer_n,
           payee_n = p.payee_n, amount = p.amount, note = null, puts_order = false
      from load_draft p
     where d.n % 100 = 7 and p.n = d.n + 1 and p.kind = 'order' and p.status = 'succeeded' and d.kind in ('order', 'transfer')`;
  await sql`
    update load_draft d
       set status = 'declined', decline_code = 'order_already_paid', purpose_id = p.purpose_id, k = p.k, payee_n = p.payee_n,
           amount = p.amount, puts_order = false
      from load_draft p
     where d.n % 100 = 37 and p.n = d.n - 1 and d.kind = 'order' and p.kind = 'order' and p.status = 'succeeded'`;
}

/** A refund is a merchant's, of a sale of theirs; every second one is paid back in two parts. Without a sale it is a transfer. */
async function draftRefunds(sql: postgres.Sql, groupsBack: number): Promise<void> {
  await sql`
    update load_draft d
       set refund_of_n = s.n, k = s.k, payer_n = s.payee_n, payee_n = s.payer_n, note = null,
           amount = case when d.n % 50 = 0 then (s.amount + 1) / 2 when d.n % 75 = 0 then (s.amount + 3) / 4 else s.amount end
      from load_draft s
     where d.kind = 'refund' and d.n % 25 = 0 and s.n = d.n - ${25 * groupsBack}::int - 2 - floor(d.of_note * 12)::int
       and s.kind = 'order' and s.status = 'succeeded'`;
  await sql`
    update load_draft d
       set refund_of_n = f.refund_of_n, k = f.k, payer_n = f.payer_n, payee_n = f.payee_n, note = null,
           amount = case when d.n % 250 = 1 then f.amount * 2 else f.amount / 2 end,
           status = case when d.n % 250 = 1 then 'declined' else 'succeeded' end,
           decline_code = case when d.n % 250 = 1 then 'refund_exceeds_payment' end
      from load_draft f
     where d.kind = 'refund' and d.n % 50 = 1 and f.n = d.n - 1 and f.refund_of_n is not null and f.amount > 1`;
  await sql`
    update load_draft set kind = 'transfer', status = 'succeeded', decline_code = null where kind = 'refund' and refund_of_n is null`;
}

/** What a person begins with covers whatever they will pay, so that no balance on the way is below the floor. */
async function draftOpenings(sql: postgres.Sql, openings: number): Promise<void> {
  await sql`
    update load_draft d
       set amount = 10000 + (coalesce(spent.amount, 0) * 11 / 10 + 9999) / 10000 * 10000
      from load_draft o
      left join (select payer_n, k, sum(amount)::bigint as amount from load_draft
                  where status = 'succeeded' and payer_n > ${MERCHANTS} group by payer_n, k) spent
        on spent.payer_n = o.payee_n and spent.k = o.k
     where d.n = o.n and o.n <= ${openings}`;
}

/** The two sides of each payment that succeeded, each with what its account counts and has after it. */
async function draftEntries(sql: postgres.Sql): Promise<void> {
  await sql`
    create temp table load_entry as
    select e.n, e.is_debit, e.acct, row_number() over account as version, (sum(e.amount) over account)::bigint as balance
      from (select n, true as is_debit, payer_n * 10 + k as acct, -amount as amount from load_draft where status = 'succeeded'
            union all
            select n, false, payee_n * 10 + k, amount from load_draft where status = 'succeeded') e
    window account as (partition by e.acct order by e.n)`;
  await sql`create index on load_entry (n)`;
  await sql`analyze load_entry`;
  await sql`analyze load_draft`;
}
