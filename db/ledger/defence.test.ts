/** The ledger defends itself: against the application, against its owner, and against a server that is set up wrong. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { keyState } from "../idempotency/state.ts";
import { testDatabase } from "../testing/database.ts";
import { sealAll } from "../testing/journal.ts";
import { keyFor, newPerson } from "../testing/people.ts";

const test = testDatabase();

async function refusal(work: PromiseLike<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof postgres.PostgresError ? `${error.code}` : String(error);
  }
  return "not refused";
}

const INSUFFICIENT_PRIVILEGE = "42501";
const INTEGRITY_VIOLATION = "23000";
const INVALID_TRANSACTION_STATE = "25000";

describe("the application's role", () => {
  it("may not write a money table itself", async () => {
    const { readingSql: app } = test.db;
    for (const statement of [
      "insert into payments select * from payments limit 1",
      "update ledger_accounts set balance_minor = balance_minor + 1",
      "insert into ledger_accounts (id, purpose, currency, min_balance_minor) values (gen_random_uuid(), 'funding', 'USD', null)",
      "insert into ledger_transfers select * from ledger_transfers limit 1",
      "update refund_totals set refunded_minor = 0",
      "insert into idempotency_keys values (gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), null, now(), 1)",
      "update orders set paid_by = null, paid_by_user_id = null",
      "insert into ledger_seals select * from ledger_seals",
      "update ledger_seal_head set position = 0",
      "select sealed_content_v1(now(), t, p) from ledger_transfers t join payments p on p.id = t.id",
      "truncate payments",
      "create table mine (id int)",
    ]) {
      expect(await refusal(app.unsafe(statement)), statement).toBe(INSUFFICIENT_PRIVILEGE);
    }
  });
});

describe("the owner of the tables", () => {
  it("may not change or remove what was written", async () => {
    await newPerson(test.owner, 10n);
    for (const table of ["payments", "ledger_transfers"]) {
      for (const statement of [
        `update ${table} set amount_minor = amount_minor + 1`,
        `delete from ${table}`,
        `truncate ${table} cascade`,
      ]) {
        expect(await refusal(test.owner.unsafe(statement)), statement).toBe(INTEGRITY_VIOLATION);
      }
    }
    await sealAll(test.owner);
    for (const statement of [
      "update ledger_seals set sealed_at = now()",
      "delete from ledger_seals",
      "truncate ledger_seals",
      "delete from ledger_seal_head",
      "truncate ledger_seal_head",
    ]) {
      expect(await refusal(test.owner.unsafe(statement)), statement).toBe(INTEGRITY_VIOLATION);
    }
  });
});

describe("a session that is set up wrong", () => {
  for (const level of ["repeatable read", "serializable"] as const) {
    it(`under ${level} is refused by every function that decides about a key, and by the sealer`, async () => {
      const sql = postgres(test.appUrl, {
        max: 1,
        onnotice: () => {},
        connection: { default_transaction_isolation: level },
      });
      const [user, key] = [randomUUID(), randomUUID()];
      const calls = [
        sql`select * from settle_payments_v1('[]'::jsonb)`,
        sql`select * from issue_key_v1(${user}, ${key}, 'transfer', ${randomUUID()}, null, '1 day', 10)`,
        sql`select revoke_key_v1(${user}, ${key})`,
        sql`select reap_keys_v1(10)`,
        sql`select seal_transfers_v1(10)`,
      ];
      for (const call of calls) expect(await refusal(call)).toBe(INVALID_TRANSACTION_STATE);
      await sql.end();
    });
  }

  it("with synchronous_commit off still settles, revokes and seals synchronously, and only issues without waiting", async () => {
    const sql = postgres(test.appUrl, {
      max: 1,
      onnotice: () => {},
      connection: { synchronous_commit: "off" },
    });
    const user = randomUUID();
    // One transaction around each call, only to see what it would commit with.
    const commitOf = async (call: string): Promise<unknown> => {
      const [, , row] = await sql.unsafe(
        `begin; ${call}; select current_setting('synchronous_commit') as level; rollback`,
      );
      return row?.[0]?.level;
    };
    expect(await commitOf("select * from settle_payments_v1('[]'::jsonb)")).toBe("on");
    expect(await commitOf(`select revoke_key_v1('${user}', '${user}')`)).toBe("on");
    expect(await commitOf("select reap_keys_v1(10)")).toBe("on");
    expect(await commitOf("select seal_transfers_v1(10)")).toBe("on");
    const issue = `select * from issue_key_v1('${user}', gen_random_uuid(), 'transfer', '${user}', null, '1 day', 10)`;
    expect(await commitOf(issue)).toBe("off");
    await sql.end();
  });
});

describe("a key of another WAL timeline", () => {
  it("counts as absent: void, and never in the way of a new one", async () => {
    const payer = await newPerson(test.owner, 10n);
    const purpose = { kind: "transfer", intentId: randomUUID() } as const;
    const old = await keyFor(payer.id, purpose);
    await test.owner`update idempotency_keys set timeline = timeline + 1 where key = ${old}`;
    expect(await keyState(payer.id, old)).toEqual({ state: "void" });
    expect(await keyFor(payer.id, purpose)).not.toBe(old);
  });
});
