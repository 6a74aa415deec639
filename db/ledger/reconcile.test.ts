/** Each check finds the very corruption it is for, in books that were right before. */
import { randomUUID } from "node:crypto";
import { beforeAll, describe, expect, it } from "vitest";
import { findSale, issueRefundKey, refundFor } from "../payments/operator-refund.ts";
import { pay } from "../payments/pay.ts";
import { tamper, testDatabase } from "../testing/fixtures/database.ts";
import { adjustmentEntry, fundingEntry, settleBatch } from "../testing/fixtures/entries.ts";
import { sealAll } from "../testing/fixtures/journal.ts";
import { keyFor, newOrder, newPerson, payerAndMerchant } from "../testing/fixtures/people.ts";
import { CHECKS, reconcile } from "./reconcile.ts";

const test = testDatabase();

/** One corruption per check. A superuser's, with constraints and triggers out of the way: what must never happen. */
const CORRUPTIONS: Record<string, string> = {
  conservation:
    "update ledger_accounts set balance_minor = balance_minor + 1 where id = (select min(id::text)::uuid from ledger_accounts)",
  "balance-is-sum-of-entries": "update ledger_accounts set version = version + 1",
  "chain-without-gap":
    "delete from ledger_transfers where id = (select id from ledger_transfers order by created_at limit 1)",
  floor: "update ledger_accounts set min_balance_minor = balance_minor + 1 where purpose = 'wallet'",
  "accounts-exist": "update ledger_transfers set currency = 'EUR'",
  "succeeded-has-its-transfer":
    "update payments set status = 'declined', decline_code = 'insufficient_funds' where kind = 'order'",
  "id-once":
    "insert into payments select gen_random_uuid(), id, kind, purpose_id, subject_id, status, decline_code, amount_minor, currency, payer_account_id, payee_account_id, note, request_hash, renderer, settled_at from payments where kind = 'order'",
  "order-paid-once": "update orders set paid_by = null, paid_by_user_id = null",
  "order-paid-in-full": "update orders set total_minor = total_minor + 1 where paid_by is not null",
  "purpose-paid-once":
    "insert into payments select user_id, gen_random_uuid(), kind, purpose_id, subject_id, status, decline_code, amount_minor, currency, payer_account_id, payee_account_id, note, request_hash, renderer, settled_at from payments where kind = 'order'",
  "refunds-within-payment": "update refund_totals set refunded_minor = 1000000",
  "funding-by-the-house": `
    update payments set payer_account_id = (select id from ledger_accounts where owner_id is not null
                                               and id not in (select payee_account_id from payments where kind = 'funding')
                                             limit 1)
     where kind = 'funding'`,
  "funding-audited": "alter table audit_log disable trigger all; delete from audit_log where action = 'fund'",
  "refund-by-operator-audited":
    "alter table audit_log disable trigger all; update audit_log set actor_id = gen_random_uuid(), reason = 'Another' where action = 'refund'",
  "adjustment-by-two": `
    alter table ledger_adjustments disable trigger all; alter table ledger_adjustments drop constraint ledger_adjustments_two_operators;
    update ledger_adjustments set ended_by = asked_by where state = 'done'`,
  // What loading a dump's data with --disable-triggers leaves behind: fired again, but not for who replays changes.
  "written-once": "alter table ledger_seals disable trigger all; alter table ledger_seals enable trigger all",
  "journal-unaltered": "update payments set note = 'Another note' where kind = 'order'",
  "key-not-open-and-settled":
    "insert into idempotency_keys select user_id, id, kind, purpose_id, subject_id, now(), 'here' from payments where kind = 'order'",
};

describe("reconcile", () => {
  beforeAll(async () => {
    const [payer, merchant] = await payerAndMerchant(test.owner, 1_000n);
    const { purpose, command } = await newOrder(merchant, "100");
    const paymentId = await keyFor(payer.id, purpose);
    await pay(payer.id, paymentId, command);
    const refundKey = await keyFor(merchant.id, { kind: "refund", paymentId, intentId: randomUUID() });
    await pay(merchant.id, refundKey, { operation: "refund", paymentId, amountMinor: "10" });
    const operator = await newPerson(test.owner, 0n, "operator");
    const fundingKey = await keyFor(operator.id, { kind: "funding", intentId: randomUUID() });
    await settleBatch([await fundingEntry(operator, payer, fundingKey, 25n)]);
    const approver = await newPerson(test.owner, 0n, "operator");
    const sale = await findSale(paymentId);
    if (!sale) throw new Error("Bug: there is no sale.");
    const issued = await issueRefundKey(sale, randomUUID());
    const key = issued.type === "created" ? issued.key : "";
    await refundFor(operator.id, sale, key, { amountMinor: "5", reason: "Sent back" });
    const { entry } = await adjustmentEntry(operator, approver, payer, merchant, 3n);
    await settleBatch([entry]);
    await sealAll(test.owner);
  });

  it("finds nothing in books that are right", async () => {
    expect(await reconcile(test.owner)).toEqual([]);
  });

  it("has a corruption for every check", () => {
    expect(Object.keys(CORRUPTIONS).sort()).toEqual(CHECKS.map((check) => check.name).sort());
  });

  for (const [check, corruption] of Object.entries(CORRUPTIONS)) {
    it(`finds what ${check} is for`, async () => {
      // Taken back: the next corruption begins with right books. No money is moved here.
      await tamper(test.appUrl, async (sql) => {
        await sql.unsafe(`
          drop index payments_purpose_once;
          alter table ledger_accounts drop constraint ledger_accounts_floor;
          alter table payments disable trigger all;
          alter table ledger_transfers disable trigger all;
          alter table orders disable trigger all;
          ${corruption}`);
        const findings = await reconcile(sql);
        const found = findings.find((finding) => finding.check === check);
        expect(found?.rows.length, JSON.stringify(findings)).toBeGreaterThan(0);
      });
    });
  }

  it("names the very triggers that are no longer in force for everybody", async () => {
    await tamper(test.appUrl, async (sql) => {
      await sql.unsafe(CORRUPTIONS["written-once"] ?? "");
      const triggers = ["ledger_seals_append_only", "ledger_seals_no_truncate"];
      expect(await reconcile(sql)).toEqual([
        {
          check: "written-once",
          rows: triggers.map((trigger) => ({ of_table: "ledger_seals", trigger, enabled: "O" })),
        },
      ]);
    });
  });
});
