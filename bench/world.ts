/** A database of its own for measuring: people with accounts, keys made by the thousand, and the entries that use them. */
import { createHash, randomUUID } from "node:crypto";
import postgres from "postgres";
import { uuidv7 } from "uuidv7";
import { connect, type Database, type Sql, setDatabase } from "../db/connection/client.ts";
import type { SettlementEntry } from "../db/payments/settlement.ts";
import { CURRENT_RENDERER } from "../db/payments/views/render.ts";
import { migrate } from "../db/setup/migrate.ts";
import { provision } from "../db/setup/provision.ts";
import { inspectServer } from "../db/setup/server-check.ts";

/** As many payers as the spread load is spread over, and as many payees. */
export const PEOPLE = 10_000;
/** What has been paid before anything is measured: tables are in use, and plans are made for them as they are. */
export const HISTORY = 10_000;
/** Nobody runs out of money while being measured. */
const WEALTH_MINOR = 1_000_000_000_000n;
const HASH = createHash("sha256").update("bench").digest();

const numbered = (block: string, n: number) => `00000000-0000-4000-${block}-${String(n).padStart(12, "0")}`;
/** Payers are 1 to PEOPLE, payees the same beyond; payee number PEOPLE + 1 is the hot one. */
export const userId = (n: number) => numbered("8000", n);
export const accountId = (n: number) => numbered("9000", n);
export const HOT = PEOPLE + 1;

export type World = {
  db: Database;
  owner: Sql;
  appUrl: string;
  ownerUrl: string;
  close(): Promise<void>;
};

/** Makes a fresh database called `name` on the server, migrated, peopled, and in use: HISTORY payments are settled. */
export async function makeWorld(adminUrl: string, name: string): Promise<World> {
  await dropWorld(adminUrl, name);
  const { appUrl, ownerUrl } = await provision(adminUrl, name);
  const server = await inspectServer(appUrl);
  await migrate(ownerUrl, server.role);
  const owner = postgres(ownerUrl, { max: 4, onnotice: () => {}, types: { bigint: postgres.BigInt } });
  await owner`
    insert into users (id, name, email, handle, role)
    select ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'Person ' || n, n || '@bench.test', 'p' || n, 'payer'
      from generate_series(1, ${2 * PEOPLE}) n`;
  await owner`
    insert into ledger_accounts (id, owner_id, purpose, currency, balance_minor)
    select ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid,
           ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid, 'wallet', 'USD', ${WEALTH_MINOR.toString()}::bigint
      from generate_series(1, ${2 * PEOPLE}) n`;
  await owner.end({ timeout: 5 });
  const world = await joinWorld(appUrl, ownerUrl);
  await fill(world, HISTORY);
  return world;
}

/** Has the server write what it still has to: that belongs to nobody who is measured next. The owner of the tables may not. */
export async function checkpoint(adminUrl: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin`checkpoint`;
  await admin.end();
}

/**
 * Reads a world's tables and indexes into the server's buffers, as they are on one that has been running: otherwise whoever
 * comes first to a page is measured fetching it.
 */
export async function warm(adminUrl: string, name: string): Promise<void> {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  const admin = postgres(url.href, { max: 1, onnotice: () => {} });
  await admin`create extension if not exists pg_prewarm`;
  await admin`
    select count(pg_prewarm(oid)) from pg_class
     where relkind in ('r', 'i') and relnamespace = 'public'::regnamespace`;
  await admin.end();
}

/** Connects to a world that is there, and makes it this process's database. */
export async function joinWorld(appUrl: string, ownerUrl: string): Promise<World> {
  const owner = postgres(ownerUrl, { max: 4, onnotice: () => {}, types: { bigint: postgres.BigInt } });
  const db = connect(appUrl, (await inspectServer(appUrl)).version);
  setDatabase(db);
  return {
    db,
    owner,
    appUrl,
    ownerUrl,
    async close() {
      await Promise.all([db.close(), owner.end({ timeout: 5 })]);
    },
  };
}

export async function dropWorld(adminUrl: string, name: string): Promise<void> {
  const admin = postgres(adminUrl, { max: 1, onnotice: () => {} });
  await admin.unsafe(`drop database if exists "${name}" with (force)`);
  await admin.end();
}

/** Rows in one statement: some seconds of work. */
const FILL_STEP = 100_000;

/**
 * Fills the tables with `count` settled payments as settling would have left them: keys in time order, spread over all
 * accounts. Versions and balances of accounts are not told from; this is for measuring, not for reconciling.
 */
export async function fill(world: World, count: number): Promise<void> {
  for (let done = 0; done < count; done += FILL_STEP) {
    await world.owner`
      with made as (
        select uuidv7() as id, gen_random_uuid() as purpose_id, 1 + (random() * 9999)::int as payer,
               10001 + (random() * 9999)::int as payee, n
          from generate_series(1, ${Math.min(FILL_STEP, count - done)}::int) n
      ), paid as (
        insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                              payee_account_id, request_hash, renderer, settled_at)
        select ('00000000-0000-4000-8000-' || lpad(payer::text, 12, '0'))::uuid, id, 'transfer', purpose_id, 'succeeded',
               1, 'USD', ('00000000-0000-4000-9000-' || lpad(payer::text, 12, '0'))::uuid,
               ('00000000-0000-4000-9000-' || lpad(payee::text, 12, '0'))::uuid, sha256(id::text::bytea), 1, now()
          from made
      )
      insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                    debit_version, credit_balance_minor, credit_version, created_at)
      select id, ('00000000-0000-4000-9000-' || lpad(payer::text, 12, '0'))::uuid,
             ('00000000-0000-4000-9000-' || lpad(payee::text, 12, '0'))::uuid, 1, 'USD', 1, ${done}::bigint + n, 1,
             ${done}::bigint + n, now()
        from made`;
  }
  // As autovacuum would within a minute: until then, plans are made for empty tables.
  await world.owner`vacuum analyze`;
}

export type KeyRow = { payer: number; key: string; purposeId: string };

/** Issues `count` keys in one statement, for payers drawn evenly. The kind's subject is `subjectOf`'s. */
export async function makeKeys(
  world: World,
  count: number,
  kind: "transfer" | "order",
  purposeOf: (n: number) => string = () => randomUUID(),
): Promise<KeyRow[]> {
  const rows = Array.from({ length: count }, (_, n) => ({
    payer: 1 + Math.floor(Math.random() * PEOPLE),
    key: uuidv7(),
    purposeId: purposeOf(n),
  }));
  // In columns: the arrays of a hundred thousand keys are one message of a few megabytes.
  await world.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select u, k, ${kind}, p, now() + interval '1 day', database_identity()
      from unnest(${rows.map((row) => userId(row.payer))}::uuid[], ${rows.map((row) => row.key)}::uuid[],
                  ${rows.map((row) => row.purposeId)}::uuid[]) t (u, k, p)`;
  return rows;
}

/** The transfer that a key of `makeKeys` was issued for, into the hot account or into one of many. */
export function transferOf({ payer, key }: KeyRow, to: "hot" | "spread"): SettlementEntry {
  return {
    userId: userId(payer),
    key,
    kind: "transfer",
    orderId: null,
    refundOf: null,
    debitAccountId: accountId(payer),
    creditAccountId: accountId(to === "hot" ? HOT : HOT + Math.floor(Math.random() * PEOPLE)),
    amountMinor: 1n,
    currency: "USD",
    note: null,
    requestHash: HASH,
    renderer: CURRENT_RENDERER,
  };
}
