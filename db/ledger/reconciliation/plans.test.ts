/** A slice finds its rows, and what stands beside them, by indexes, so that it is short however large the tables are. */
import { expect, it } from "vitest";
import { makeBooks } from "../../testing/fixtures/corruptions.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { CHECKS } from "../reconcile.ts";
import { inspect, type Parameter, type Send } from "./inspection.ts";
import { slicedCheck } from "./slices.ts";

const test = testDatabase();

const ROWS = 20_000;
/** Those that grow with every payment. */
const LARGE =
  /Seq Scan on (payments|ledger_transfers|ledger_seals|orders|refund_totals|idempotency_keys|audit_log)\b/g;

const FIRST_ID = "00000000-0000-0000-0000-000000000000";

/** Of a slice of ids, which are random here, the ids of some twenty rows. */
function fewOf(parameters: readonly Parameter[]): Parameter[] {
  return parameters.length === 2 &&
    typeof parameters[1] === "string" &&
    parameters[1].length === FIRST_ID.length
    ? [FIRST_ID, `004${FIRST_ID.slice(3)}`]
    : [...parameters];
}

it("no statement of a run reads a large table as a whole", async () => {
  await makeBooks(test);
  await test.owner`
    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                  debit_version, credit_balance_minor, credit_version, created_at)
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 1, 'USD', 0, 1, 1, 1, now()
      from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id, payee_account_id,
                          request_hash, renderer, settled_at)
    select gen_random_uuid(), t.id, 'transfer', gen_random_uuid(), 'succeeded', 1, 'USD', t.debit_account_id,
           t.credit_account_id, sha256('x'), 1, t.created_at
      from ledger_transfers t where t.debit_balance_minor = 0 and t.credit_balance_minor = 1 and t.debit_version = 1`;
  await test.owner`
    insert into ledger_seals (position, transfer_id, hash, sealed_at)
    select 1000000 + row_number() over (), id, sha256('x'), now()
      from ledger_transfers t where not exists (select from ledger_seals s where s.transfer_id = t.id)`;
  await test.owner`
    insert into orders (id, merchant_id, merchant_account_id, description, currency, items, total_minor, request_hash)
    select gen_random_uuid(), o.merchant_id, o.merchant_account_id, o.description, o.currency, o.items, o.total_minor, o.request_hash
      from generate_series(1, ${ROWS}::int), (select * from orders limit 1) o`;
  await test.owner`insert into refund_totals (payment_id) select gen_random_uuid() from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), now(), database_identity()
      from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into audit_log (id, actor_id, action, subject_kind, subject_id, reason, at)
    select gen_random_uuid(), gen_random_uuid(), 'freeze', 'user', 'x', 'A reason', now() from generate_series(1, ${ROWS}::int)`;
  await test.owner`
    insert into ledger_accounts (id, purpose, currency) select gen_random_uuid(), 'funding', 'USD' from generate_series(1, ${ROWS}::int)`;
  await test.owner`analyze`;

  const explained = new Set<string>();
  const wholly: string[] = [];
  for (const check of CHECKS.filter(({ name }) => name !== "written-once")) {
    for (const way of ["full", "incremental"] as const) {
      // Each statement once, for few ids: slices grow to half of these tables.
      const send: Send = async (text, parameters) => {
        if (!explained.has(text)) {
          explained.add(text);
          const plan = await test.owner.unsafe<{ "QUERY PLAN": string }[]>(
            `explain ${text}`,
            fewOf(parameters),
          );
          const read = plan.map((row) => row["QUERY PLAN"]).join("\n");
          for (const found of read.matchAll(LARGE)) wholly.push(`${check.name}, ${way}: ${found[0]}`);
        }
        return test.db.readingSql.unsafe(text, [...parameters]);
      };
      const inspection = inspect(send, async () => {});
      const range = {
        from: { position: "1000000", hash: "00".repeat(32) },
        to: { position: "1000400", hash: "00".repeat(32) },
      };
      if (way === "full") await slicedCheck(check).full(inspection);
      else await slicedCheck(check).incremental(inspection, range);
    }
  }
  expect(explained.size).toBeGreaterThan(CHECKS.length * 2);
  expect(wholly).toEqual([]);
});
