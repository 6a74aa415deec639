/** What stands in the tables, to see whether anything was written. */
import { books } from "./books.ts";

/**
 * Written by rounds of the server's own (sealing, recording arrivals, when a key last changed something, what the servers saw,
 * reconciliation), whenever their time comes. That reading with a key writes nothing there either is held by server/pay/replay.test.ts, which can wait for them.
 */
const ROUNDS = [
  "ledger_seals",
  "ledger_seal_head",
  "payment_attempts",
  "api_keys",
  "service_minutes",
  "reconcile_runs",
  "reconcile_results",
  // Receipts of what was paid before are sent meanwhile.
  "mail_outbox",
  // That somebody was refused something is counted, reading or not.
  "security_events",
];

/** Every row of the other tables by where it lies and which transaction wrote it. */
export async function everyRow(): Promise<Record<string, string>> {
  const tables = await books()<{ name: string }[]>`
    select relname as name from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> all(${ROUNDS})`;
  const rows: Record<string, string> = {};
  for (const { name } of tables) {
    const [found] = await books().unsafe<{ rows: string }[]>(
      `select coalesce(string_agg(concat_ws(' ', ctid, xmin, xmax), ',' order by ctid), '') as rows from "${name}"`,
    );
    rows[name] = found?.rows ?? "";
  }
  return rows;
}
