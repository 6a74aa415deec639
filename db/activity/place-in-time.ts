/** Where in an account's history an instant lies, found in a few steps by the index of its versions. */
import { sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { CLOCK_STEP_MAX_MS } from "./stream.ts";

/**
 * A place that nothing settled before `before` lies at or beyond: where to begin to look for what is older. Time is no order
 * of the ledger, because a clock may have been set back; so it looks for the instant that is beyond doubt.
 */
export async function placeBefore(accountId: string, version: bigint, before: Date): Promise<bigint> {
  const beyondDoubt = new Date(before.getTime() + CLOCK_STEP_MAX_MS).toISOString();
  // Of versions `low` and below it is not known that they are later, of `high` and above it is.
  const [row] = await database().reading.execute<{ high: string }>(sql`
    with recursive search (low, high) as (
      select 0::bigint, ${(version + 1n).toString()}::bigint
      union all
      select case when middle.at >= ${beyondDoubt}::timestamptz then s.low else (s.low + s.high) / 2 end,
             case when middle.at >= ${beyondDoubt}::timestamptz then (s.low + s.high) / 2 else s.high end
        from search s
        left join lateral (
          select t.created_at as at from ledger_transfers t
           where t.debit_account_id = ${accountId}::uuid and t.debit_version = (s.low + s.high) / 2
          union all
          select t.created_at from ledger_transfers t
           where t.credit_account_id = ${accountId}::uuid and t.credit_version = (s.low + s.high) / 2
           limit 1) middle on true
       where s.high - s.low > 1)
    select min(high)::text as high from search`);
  return BigInt(row?.high ?? version + 1n);
}
