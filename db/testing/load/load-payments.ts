/**
 * Fills a database of the demo with a history: months of payments between people of its own, in several currencies, with orders,
 * refunds, declines, arrivals, receipts and open keys. Right by the books after every slice, so `reconcile` finds nothing.
 */
import type postgres from "postgres";
import { minorUnitDigits } from "../../../lib/currency.ts";
import { sealAtStart } from "../../ledger/seal.ts";
import { connectAsOwner } from "../../setup/migrate.ts";
import { draftPayments } from "./draft.ts";
import { inventPeople, MERCHANTS, peopleCount, writePeople } from "./people.ts";
import { writeOpenKeys, writeReceipts, writeSlice } from "./write.ts";

/** Rows in one transaction: a few seconds of work, which the sealer takes in one go. A multiple of what the draft repeats by. */
const SLICE = 50_000;
/** Below it there are hardly any refunds. */
export const LOAD_MIN = 1_000;
/** Above it the draft would need more room than a machine of a developer has. */
export const LOAD_MAX = 20_000_000;
const DEFAULT_DAYS = 180;
/** A form is open for every so many payments of the history. */
const PAYMENTS_PER_OPEN_KEY = 500;
const OPEN_KEYS_MAX = 2_000;
const RECEIPTS_MAX = 2_000;

export type Load = { payments: number; days?: number; tell?: (words: string) => void };

/** The currencies of the demo at most: the digit that numbers them is one. */
const CURRENCIES_MAX = 9;

/**
 * Loads `payments` payments of the latest `days` days and seals them. The database is migrated and serves a currency. Throws
 * where it does not; what whole slices were written by then stays, right by the books.
 */
export async function loadPayments(
  ownerUrl: string,
  { payments, days = DEFAULT_DAYS, tell = () => {} }: Load,
) {
  const sql = connectAsOwner(ownerUrl);
  try {
    // A session of the owner's that is alone; what is drafted is large.
    await sql`set work_mem = '256MB'`;
    await sql`set temp_buffers = '256MB'`;
    const codes = await sql<{ code: string }[]>`
      select code from currencies order by (code = 'USD') desc, (code = 'JPY') desc, code limit ${CURRENCIES_MAX}`;
    if (codes.length === 0)
      throw new Error("The database serves no currency yet: start the demo on it once.");
    const people = inventPeople(peopleCount(payments));
    const to = new Date();
    const from = new Date(to.getTime() - days * 86_400_000);
    await writePeople(
      sql,
      people,
      codes.map(({ code }) => ({ code, digits: minorUnitDigits(code) })),
      from,
    );
    tell(`${people.length} people, ${MERCHANTS} of them merchants. Drafting…`);
    await draftPayments(sql, payments, people.length, { from, to });
    for (let done = 0; done < payments; done += SLICE) {
      await writeSlice(sql, done, done + SLICE);
      tell(`${Math.min(done + SLICE, payments)} of ${payments} payments`);
    }
    await writeOpenKeys(sql, Math.min(OPEN_KEYS_MAX, Math.floor(payments / PAYMENTS_PER_OPEN_KEY)));
    await writeReceipts(sql, RECEIPTS_MAX);
    await analyze(sql);
  } finally {
    await sql.end({ timeout: 5 });
  }
  tell("Sealing…");
  const sealed = await sealAtStart(ownerUrl);
  tell(`${sealed} transfers sealed.`);
}

/** As autovacuum would within a minute: until then plans are made for the tables as they were. */
async function analyze(sql: postgres.Sql): Promise<void> {
  for (const table of [
    "payments",
    "ledger_transfers",
    "ledger_accounts",
    "orders",
    "payment_attempts",
    "idempotency_keys",
    "refund_totals",
    "users",
    "mail_outbox",
  ])
    await sql`vacuum analyze ${sql(table)}`;
}
