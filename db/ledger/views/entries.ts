/**
 * The entries of one account, by its versions: a running balance without a gap. Each page is read from two indexes, of what was
 * debited and of what was credited, and holds no more rows than it shows. The statements are not prepared: a plan that was made
 * while tables were small would scan them later.
 */
import { sql } from "drizzle-orm";
import { database } from "../../connection/client.ts";

export type LedgerEntry = {
  version: bigint;
  /** The transfer, and the payment that it belongs to. */
  paymentId: string;
  /** What the account gained; below zero what left it. */
  amountMinor: bigint;
  balanceMinor: bigint;
  at: Date;
  kind: string;
  note: string | null;
  other: { accountId: string; name: string | null; handle: string | null };
  /** Where it stands in the journal; null while it is not sealed. */
  position: bigint | null;
};

type Row = Omit<LedgerEntry, "at" | "other"> & {
  at: string;
  otherId: string;
  otherName: string | null;
  otherHandle: string | null;
};

/** The entries of `accountId` with versions of at most `upTo`, the latest first. */
export async function listEntries(accountId: string, upTo: bigint, limit: number): Promise<LedgerEntry[]> {
  const rows = await database().reading.execute<Row>(sql`
    select e.version, e.id as payment_id, e.amount_minor, e.balance_minor, e.created_at as at, coalesce(p.kind, '?') as kind,
           p.note, e.other_id, u.name as other_name, u.handle as other_handle, s.position
      from (
        (select t.debit_version as version, t.id, -t.amount_minor as amount_minor, t.debit_balance_minor as balance_minor,
                t.created_at, t.credit_account_id as other_id
           from ledger_transfers t
          where t.debit_account_id = ${accountId}::uuid and t.debit_version <= ${upTo.toString()}::bigint
          order by t.debit_version desc limit ${limit})
        union all
        (select t.credit_version, t.id, t.amount_minor, t.credit_balance_minor, t.created_at, t.debit_account_id
           from ledger_transfers t
          where t.credit_account_id = ${accountId}::uuid and t.credit_version <= ${upTo.toString()}::bigint
          order by t.credit_version desc limit ${limit})
        order by version desc limit ${limit}) e
      left join lateral (select f.kind, f.note from payments f where f.id = e.id limit 1) p on true
      left join lateral (
        select o.name, o.handle from ledger_accounts a join users o on o.id = a.owner_id where a.id = e.other_id limit 1) u on true
      left join lateral (select l.position from ledger_seals l where l.transfer_id = e.id limit 1) s on true
     order by e.version desc`);
  return rows.map(({ at, otherId, otherName, otherHandle, ...entry }) => ({
    ...entry,
    at: new Date(at),
    other: { accountId: otherId, name: otherName, handle: otherHandle },
  }));
}

/** The whole account from version `upTo` down to 1, a page of `rows` at a time. */
export async function* entryPages(
  accountId: string,
  upTo: bigint,
  rows: number,
): AsyncGenerator<LedgerEntry[]> {
  let next = upTo;
  while (next > 0n) {
    const page = await listEntries(accountId, next, rows);
    const last = page.at(-1);
    if (last === undefined) return;
    yield page;
    next = last.version - 1n;
  }
}

/**
 * The version that `accountId` had at `moment`, and its balance then: 0 before its first entry. Found by halving the versions,
 * whose times rise with them except where the server's clock was set back; there it is one of the versions on either side.
 */
export async function stateAt(
  accountId: string,
  moment: Date,
): Promise<{ version: bigint; balanceMinor: bigint }> {
  const [row] = await database().reading.execute<{ version: bigint; balanceMinor: bigint | null }>(sql`
    with recursive halved (low, high) as (
      select 0::bigint, a.version from ledger_accounts a where a.id = ${accountId}::uuid
      union all
      select case when e.created_at <= ${moment.toISOString()}::timestamptz then e.version else h.low end,
             case when e.created_at <= ${moment.toISOString()}::timestamptz then h.high else e.version - 1 end
        from halved h
       cross join lateral (
         select t.created_at, (h.low + h.high + 1) / 2 as version from ledger_transfers t
          where t.debit_account_id = ${accountId}::uuid and t.debit_version = (h.low + h.high + 1) / 2
         union all
         select t.created_at, (h.low + h.high + 1) / 2 from ledger_transfers t
          where t.credit_account_id = ${accountId}::uuid and t.credit_version = (h.low + h.high + 1) / 2) e
       where h.low < h.high)
    select h.low as version,
           coalesce((select t.debit_balance_minor from ledger_transfers t
                      where t.debit_account_id = ${accountId}::uuid and t.debit_version = h.low),
                    (select t.credit_balance_minor from ledger_transfers t
                      where t.credit_account_id = ${accountId}::uuid and t.credit_version = h.low)) as balance_minor
      from halved h where h.low = h.high limit 1`);
  return { version: row?.version ?? 0n, balanceMinor: row?.balanceMinor ?? 0n };
}
