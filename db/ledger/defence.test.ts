/** The ledger defends itself: against the application, against its owner, and against a server that is set up wrong. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { describe, expect, it } from "vitest";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { sealAll } from "../testing/fixtures/journal.ts";
import { keyFor, newPerson, transferTo } from "../testing/fixtures/people.ts";

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
      "update orders set cancelled_at = now()",
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

describe("an order", () => {
  it("begins neither paid nor cancelled, and ends once, whoever says otherwise", async () => {
    const merchant = await newPerson(test.owner, 0n);
    const insert = (ends: string) =>
      test.owner.unsafe(`
        insert into orders (id, merchant_id, merchant_account_id, description, currency, total_minor, items, request_hash,
                            cancelled_at, paid_by, paid_by_user_id)
        values (gen_random_uuid(), '${merchant.id}', '${merchant.accountId}', 'Tea', 'USD', 1, '[]', '', ${ends})`);
    expect(await refusal(insert("null, gen_random_uuid(), gen_random_uuid()"))).toBe(INTEGRITY_VIOLATION);
    expect(await refusal(insert("now(), null, null"))).toBe(INTEGRITY_VIOLATION);
    expect(await refusal(insert("null, null, null"))).toBe("not refused");
    await test.owner`update orders set cancelled_at = now() where merchant_id = ${merchant.id}`;
    for (const end of ["cancelled_at = null", "cancelled_at = cancelled_at - interval '1 day'"]) {
      const statement = `update orders set ${end} where merchant_id = '${merchant.id}'`;
      expect(await refusal(test.owner.unsafe(statement)), statement).toBe(INTEGRITY_VIOLATION);
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

/** Whatever decides about a key, the journal or an order, or ends what lets somebody pay, by what it does. */
const DECISIONS: Record<string, (user: string, key: string) => string> = {
  settling: () => "select * from settle_payments_v1('[]')",
  issuing: (user, key) =>
    `select * from issue_key_v1('${user}', '${key}', 'transfer', '${user}', null, '1 day', 10)`,
  "issuing new keys": () => "select * from issue_new_keys_v1('[]', '1 day')",
  revoking: (user, key) => `select revoke_key_v1('${user}', '${key}')`,
  "telling the state": (user, key) => `select key_state_v1('${user}', '${key}')`,
  reaping: () => "select reap_keys_v1(10)",
  sealing: () => "select seal_transfers_v1(10)",
  "cancelling an order": (user, key) => `select cancel_order_v1('${user}', '${key}')`,
  "putting an order": () => "insert into orders select * from orders where false",
  "signing out": (user) => `delete from sessions where user_id = '${user}'`,
  "revoking an API key": (user) => `delete from api_keys where reference_id = '${user}'`,
  "switching an API key off": (user) => `update api_keys set enabled = false where reference_id = '${user}'`,
  "changing a password": (user) => `update credentials set password = '' where user_id = '${user}'`,
  "changing a role": (user) => `update users set role = 'payer' where id = '${user}'`,
};
const decisions = Object.entries(DECISIONS);

/** A session of the application's role whose settings are not the ones that our pools pin. */
async function withSettings<T>(
  settings: Record<string, string>,
  work: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const sql = postgres(test.appUrl, { max: 1, onnotice: () => {}, connection: settings });
  try {
    return await work(sql);
  } finally {
    await sql.end();
  }
}

describe.each(["repeatable read", "serializable"])("under %s", (level) => {
  it.each(decisions)("%s is refused", async (_name, call) => {
    await withSettings({ default_transaction_isolation: level }, async (sql) => {
      expect(await refusal(sql.unsafe(call(randomUUID(), randomUUID())))).toBe(INVALID_TRANSACTION_STATE);
    });
  });
});

describe.each(["off", "local", "remote_write"])("with synchronous_commit = %s", (level) => {
  /** With what `call` commits: one transaction around it, only to see that. */
  const commitOf = (call: string): Promise<unknown> =>
    withSettings({ synchronous_commit: level }, async (sql) => {
      // Of several statements the driver hands out the answers that have rows, and others only in between.
      const answers: unknown = await sql.unsafe(
        `begin; ${call}; select current_setting('synchronous_commit') as level; rollback`,
      );
      return [answers].flat(2).find((row) => row !== null && typeof row === "object" && "level" in row)
        ?.level;
    });

  it.each(decisions.filter(([name]) => !name.startsWith("issuing")))(
    "%s commits synchronously",
    async (_name, call) => {
      expect(await commitOf(call(randomUUID(), randomUUID()))).toBe("on");
    },
  );

  it("only issuing a new key commits without waiting; finding one, or the payment, does not", async () => {
    const [payer, payee] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
    const issuing = (intentId: string) =>
      `select * from issue_key_v1('${payer.id}', gen_random_uuid(), 'transfer', '${intentId}', null, '1 day', 10)`;
    const intentId = randomUUID();
    expect(await commitOf(issuing(intentId))).toBe("off");
    expect(await commitOf("select * from issue_new_keys_v1('[]', '1 day')")).toBe("off");
    const key = await keyFor(payer.id, { kind: "transfer", intentId });
    expect(await commitOf(issuing(intentId))).toBe("on");
    await pay(payer.id, key, transferTo(payee, "1"));
    expect(await commitOf(issuing(intentId))).toBe("on");
  });
});
