/**
 * The SQL that money depends on runs on a Postgres-compatible distributed engine: every function there is, as it stands
 * in the database, and every constraint of every table that is not sign-in's.
 */
import { describe, expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { findUnportable, type PrimaryKeys } from "../testing/portability.ts";

const test = testDatabase();

/** Tables of sign-in and of mail, which settling never reads: they stay on one node, or are copied to all. */
const SIGN_IN = [
  ...["api_keys", "credentials", "email_addresses", "mail_outbox", "rate_limits", "sessions", "users"],
  ...["pending_sign_ups", "verifications"],
];

/** What watches and is watched: nothing is decided about money from it, and it stays on one node. */
const WATCHING = {
  tables: ["reconcile_results", "reconcile_runs", "security_events", "service_minutes"],
  functions: new Set([
    ...["add_reconcile_result_v1", "claim_reconcile_v1", "prune_reconcile_v1"],
    ...["prune_security_events_v1", "record_service_minutes_v1"],
  ]),
};

/** What may stand in a function all the same, and why. */
const LOCK_EXCEPTIONS: Record<string, { begins: string; because: string }> = {
  reap_keys_v1: {
    begins: "a lock that does not wait",
    because:
      "Reaping passes over what a settle holds. A key that it misses is taken next time: nothing depends on it.",
  },
};

const UNIQUE_EXCEPTIONS: Record<string, string> = {
  ledger_accounts_owner_currency_unique:
    "Opening an account is administration: no settlement relies on an owner having one account in a currency.",
  ledger_seals_transfer:
    "The seals are one chain with one head, written under its lock, and lie on one node.",
};

const FOREIGN_KEY_EXCEPTIONS: Record<string, string> = {
  ledger_accounts_owner_id_users_id_fk:
    "Users are copied to every node; settling never writes an account's owner.",
  merchant_requests_user_id_users_id_fk: "Users are copied to every node; settling never reads a request.",
  orders_merchant_id_users_id_fk:
    "Users are copied to every node; settling never writes an order's merchant.",
  payment_links_merchant_id_users_id_fk:
    "Users are copied to every node; settling never reads a payment link.",
};

async function primaryKeys(): Promise<PrimaryKeys> {
  const rows = await test.owner<{ table: string; columns: string[] }[]>`
    select c.relname as "table", array_agg(a.attname::text) as columns
      from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_attribute a on a.attrelid = c.oid and a.attnum = any(i.indkey)
     where i.indisprimary and c.relnamespace = 'public'::regnamespace group by c.relname`;
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

describe("every function in the database", () => {
  it("is portable, but for what is listed with its reason", async () => {
    const keys = await primaryKeys();
    const functions = await test.owner<{ name: string; definition: string }[]>`
      select proname as name, pg_get_functiondef(oid) as definition from pg_proc
       where pronamespace = 'public'::regnamespace and prokind in ('f', 'p') order by proname`;
    expect(functions.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["issue_key_v1", "reap_keys_v1", "revoke_key_v1", "settle_payments_v1"]),
    );
    const ofMoney = functions.filter(({ name }) => !WATCHING.functions.has(name));
    expect(functions.length - ofMoney.length).toBe(WATCHING.functions.size);
    const moneyTable =
      /\b(?:into|update|from|join) (?:only )?(?:idempotency_keys|payments|ledger_(?:accounts|transfers)|orders|refund_totals)\b/i;
    expect(functions.filter((one) => !ofMoney.includes(one) && moneyTable.test(one.definition))).toEqual([]);
    const complaints = ofMoney.flatMap(({ name, definition }) =>
      findUnportable(definition, keys)
        .filter((complaint) => !complaint.startsWith(LOCK_EXCEPTIONS[name]?.begins ?? "\0"))
        .map((complaint) => `${name}: ${complaint}`),
    );
    expect(complaints).toEqual([]);
  });
});

describe("every table but sign-in's", () => {
  it("is unique by its primary key, or within one user, or listed with its reason", async () => {
    const rows = await test.owner<{ index: string }[]>`
      select x.relname as index from pg_index i
        join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
        join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
       where c.relnamespace = 'public'::regnamespace and i.indisunique and not i.indisprimary
         and a.attname <> 'user_id' and not c.relname = any(${[...SIGN_IN, ...WATCHING.tables]}) order by 1`;
    expect(rows.map(({ index }) => index)).toEqual(Object.keys(UNIQUE_EXCEPTIONS).sort());
  });

  it("refers to no table but those that every node has a copy of", async () => {
    const rows = await test.owner<{ name: string }[]>`
      select k.conname as name from pg_constraint k join pg_class c on c.oid = k.conrelid
       where k.contype = 'f' and c.relnamespace = 'public'::regnamespace
         and not c.relname = any(${[...SIGN_IN, ...WATCHING.tables]}) order by 1`;
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(FOREIGN_KEY_EXCEPTIONS).sort());
  });

  it("has no sequence, no identity column and no constraint that can be deferred", async () => {
    const rows = await test.owner`
      select relname as name from pg_class where relkind = 'S' and relnamespace = 'public'::regnamespace
      union all
      select attname from pg_attribute a join pg_class c on c.oid = a.attrelid
       where c.relnamespace = 'public'::regnamespace and a.attidentity <> ''
      union all
      select conname from pg_constraint where condeferrable and connamespace = 'public'::regnamespace`;
    expect([...rows]).toEqual([]);
  });
});

describe("what is not portable is found", () => {
  const KEYS: PrimaryKeys = new Map([
    ["orders", ["id"]],
    ["keys", ["user_id", "key"]],
  ]);
  const found = (sql: string) => findUnportable(sql, KEYS).map((complaint) => complaint.split(":")[0]);

  const BY_EQUALITY = "a lock by anything but equality";
  const BY_KEY = "a lock by less than the primary key";
  const ONE_TABLE = "a lock of anything but one table";
  const JOINS = "a write that joins anything but a subquery";
  const LIST = "a write to a list of rows";

  it.each([
    ["perform pg_advisory_xact_lock(1);", "an advisory lock"],
    ["if pg_try_advisory_lock(1) then", "an advisory lock"],
    ["notify paid;", "LISTEN or NOTIFY"],
    ["perform pg_notify('paid', '');", "LISTEN or NOTIFY"],
    ["n := nextval('numbers');", "a sequence"],
    ["set constraints all deferred;", "a deferrable constraint"],
    ["lock table orders;", "a table lock"],
    ["create temp table t (n int);", "a temporary table"],
    ["select 1 from orders where id = any(ids) for update;", BY_EQUALITY],
    ["select 1 from orders where id in (select 1) for update;", BY_EQUALITY],
    ["select case when a then b else c end from orders where id = any(ids) for update;", BY_EQUALITY],
    ["return query execute x using y for update;", "a lock that this test cannot read"],
    ["select 1 from orders where id = a or id = b for update;", BY_EQUALITY],
    ["select 1 from orders o where id = i and total > 5 for no key update;", BY_EQUALITY],
    ["select 1 from keys where user_id = u for update;", BY_KEY],
    ["select 1 from orders for update;", ONE_TABLE],
    ["select 1 from orders o join keys k on true where o.id = i for update;", ONE_TABLE],
    ["select 1 from orders o, keys k where o.id = i for update;", ONE_TABLE],
    ["select 1 from orders where id = i for share nowait;", "a lock that does not wait"],
    ["select 1 from orders where id = i for update skip locked;", "a lock that does not wait"],
    ["for r in select 1 from orders where state = s for update loop", BY_KEY],
    ["perform (select 1 from orders where id = any(ids) for update);", BY_EQUALITY],
    ["update orders o set n = 1 from keys k where k.key = o.id;", JOINS],
    ["update orders o set n = 1 from unnest(a) u where u = o.id;", JOINS],
    ["update orders o set n = 1 from (select 1) s join keys k on true;", JOINS],
    ["delete from orders o using keys k where k.key = o.id;", JOINS],
    ["update orders set n = 1 where id = any(ids);", LIST],
    ["delete from orders where id in (select 1);", LIST],
    ["with gone as (delete from orders where id = any(ids)) select 1;", LIST],
  ])("%s", (sql, complaint) => {
    expect(found(`begin x := 1; ${sql} end`)).toContain(complaint);
  });

  it.each([
    "select 1 from keys k where k.user_id = w.user_id and k.key = w.key and k.issued_in = here for update;",
    "select o.id into x from orders o where o.id = wanted.id for no key update;",
    "for w in select distinct e.id from unnest(entries) e where e.n = any(spent) loop",
    "update orders o set n = s.n from (select t.* from unnest(a) t where t.id = any(ids)) s where o.id = s.id;",
    "raise exception 'A line of -- and no comment'; raise exception 'for update';",
    "insert into orders values (1) on conflict (id) do update set n = 1;",
    "-- for update skip locked, pg_advisory_lock\nraise exception 'notify; nextval';",
  ])("and what is, is not: %s", (sql) => {
    expect(found(`begin x := 1; ${sql} end`)).toEqual([]);
  });
});
