/** Creates a generated scenario in the database, and reads its books back as a reference model. */
import { randomUUID } from "node:crypto";
import type { Sql } from "../../connection/client.ts";
import { issueKey } from "../../idempotency/issue.ts";
import { entry, settleBatch } from "../fixtures/entries.ts";
import type { Outcome } from "./books.ts";
import { Model } from "./model.ts";
import type { Currency, ScenarioPlan } from "./program.ts";

export type Participant = { id: string; accounts: Partial<Record<Currency, string>> };
export type Scenario = {
  plan: ScenarioPlan;
  people: Participant[];
  /** Has no accounts, and may fund everybody's. */
  operator: Participant;
  /** Approves what the operator asks for. */
  second: Participant;
  adjustments: {
    id: string;
    debit: string;
    credit: string;
    amount: bigint;
    currency: Currency;
    reason: string;
  }[];
  orders: { id: string; merchant: Participant; accountId: string; total: bigint; currency: Currency }[];
  /** The house's accounts, which top-ups come from. */
  funding: Record<Currency, string>;
};

/** The element at `n` modulo the length. */
export function pick<T>(list: readonly T[], n: number): T {
  const picked = list[n % list.length];
  if (picked === undefined) throw new Error("Bug: there is nothing to pick from.");
  return picked;
}

async function fundingOf(owner: Sql, currency: Currency): Promise<string> {
  const [row] = await owner<{ id: string }[]>`
    select id from ledger_accounts where purpose = 'funding' and currency = ${currency}`;
  if (!row) throw new Error(`Bug: there is no funding account in ${currency}.`);
  return row.id;
}

export async function createScenario(owner: Sql, plan: ScenarioPlan): Promise<Scenario> {
  const funding = { USD: await fundingOf(owner, "USD"), JPY: await fundingOf(owner, "JPY") };
  const people = plan.people.map(
    ({ jpy }): Participant => ({
      id: randomUUID(),
      accounts: { USD: randomUUID(), ...(jpy === null ? {} : { JPY: randomUUID() }) },
    }),
  );
  const operator: Participant = { id: randomUUID(), accounts: {} };
  const second: Participant = { id: randomUUID(), accounts: {} };
  await owner`insert into users ${owner(
    [...people, operator, second].map(({ id }) => {
      const handle = `w${id.replaceAll("-", "").slice(0, 20)}`;
      const role = id === operator.id || id === second.id ? "operator" : "merchant";
      return { id, name: handle, email: `${handle}@once.test`, handle, role };
    }),
  )}`;
  const accounts = people.flatMap(({ id, accounts }, n) =>
    Object.entries(accounts).map(([currency, accountId]) => ({
      id: accountId,
      owner_id: id,
      purpose: "wallet",
      currency,
      day_limit_minor: plan.people[n]?.dayLimit?.toString() ?? null,
    })),
  );
  await owner`insert into ledger_accounts ${owner(accounts)}`;
  const orders = plan.orders.map(({ merchant, total, currency }) => {
    const seller = pick(people, merchant);
    // A merchant without an account in the currency sells in the one that everybody has.
    const accountId = seller.accounts[currency];
    return {
      id: randomUUID(),
      merchant: seller,
      accountId: accountId ?? seller.accounts.USD ?? "",
      total,
      currency: accountId === undefined ? "USD" : currency,
    } as const;
  });
  await owner`insert into orders ${owner(
    orders.map((order, n) => ({
      id: order.id,
      merchant_id: order.merchant.id,
      merchant_account_id: order.accountId,
      description: "A thing",
      currency: order.currency,
      total_minor: order.total.toString(),
      items: "[]",
      request_hash: Buffer.alloc(32),
      expires_at: plan.orders[n]?.expired ? new Date(0) : null,
    })),
  )}`;
  const topUps = [];
  for (const [n, { id, accounts }] of people.entries()) {
    for (const [currency, amountMinor] of [
      ["USD", plan.people[n]?.usd ?? 0n],
      ["JPY", plan.people[n]?.jpy ?? 0n],
    ] as const) {
      if (amountMinor === 0n) continue;
      const issued = await issueKey(id, { kind: "top-up", intentId: randomUUID() });
      if (issued.type !== "created") throw new Error("Bug: a new scenario has open keys.");
      topUps.push(
        entry({
          userId: id,
          key: issued.key,
          kind: "top-up",
          debitAccountId: funding[currency],
          creditAccountId: accounts[currency] ?? null,
          amountMinor,
          currency,
        }),
      );
    }
  }
  await settleBatch(topUps);
  const adjustments = plan.adjustments.flatMap(({ debit, credit, amount, currency }) => {
    const debitId = pick(people, debit).accounts[currency];
    const creditId = credit === "house" ? funding[currency] : pick(people, credit).accounts[currency];
    if (debitId === undefined || creditId === undefined || debitId === creditId) return [];
    return [
      {
        id: randomUUID(),
        debit: debitId,
        credit: creditId,
        amount,
        currency,
        reason: "Booked wrongly",
      } as const,
    ];
  });
  for (const { id, debit, credit, amount, currency, reason } of adjustments)
    await owner`select request_adjustment_v1(${operator.id}, ${id}, ${debit}, ${credit}, ${amount.toString()}, ${currency}, ${reason})`;
  const closed = people.filter((_, n) => plan.people[n]?.closed).map(({ id }) => id);
  await owner`update ledger_accounts set closed_at = now() where owner_id = any(${closed})`;
  return { plan, people, operator, second, adjustments: [...adjustments], orders, funding };
}

export async function readBooks(owner: Sql, scenario: Scenario): Promise<Model> {
  const users = [...scenario.people, scenario.operator, scenario.second].map(({ id }) => id);
  const funding = Object.values(scenario.funding);
  const orders = scenario.orders.map(({ id }) => id);
  const model = new Model();
  model.operators.add(scenario.operator.id);
  model.operators.add(scenario.second.id);
  for (const { id, ...adjustment } of await owner`
    select id, asked_by as "askedBy", debit_account_id as "debitAccountId", credit_account_id as "creditAccountId",
           amount_minor as "amountMinor", currency::text, reason, state
      from ledger_adjustments where asked_by = ${scenario.operator.id}`) {
    model.adjustments.set(id, adjustment as never);
  }
  for (const { id, ...account } of await owner`
    select id, owner_id as "ownerId", currency::text, balance_minor as balance, min_balance_minor as floor, version,
           closed_at is not null as closed, day_limit_minor as "dayLimit",
           case when day >= (now() at time zone 'UTC')::date then day_out_minor else 0 end as "dayOut"
      from ledger_accounts where owner_id = any(${users}) or id = any(${funding})`) {
    model.accounts.set(id, account as never);
  }
  for (const { id, ...order } of await owner`
    select id, merchant_id as "merchantId", merchant_account_id as "merchantAccountId", total_minor as total,
           currency::text, coalesce(expires_at <= now(), false) as expired, cancelled_at is not null as cancelled,
           paid_by as "paidBy"
      from orders where id = any(${orders})`) {
    model.orders.set(id, order as never);
  }
  for (const key of await owner`
    select user_id as "userId", key, kind, purpose_id as "purposeId", subject_id as "subjectId"
      from idempotency_keys where user_id = any(${users})`) {
    model.keys.set(`${key.userId} ${key.key}`, key as never);
  }
  for (const payment of await owner<(Outcome & { requestHash: string })[]>`
    select user_id as "userId", id, kind, purpose_id as "purposeId", subject_id as "subjectId", status,
           decline_code as "declineCode", amount_minor as "amountMinor", currency::text,
           payer_account_id as "payerAccountId", payee_account_id as "payeeAccountId", note, renderer,
           encode(request_hash, 'hex') as "requestHash"
      from payments where user_id = any(${users})`) {
    model.outcomes.set(`${payment.userId} ${payment.id}`, payment);
  }
  const ids = [...model.outcomes.values()].map(({ id }) => id);
  for (const { id, sum } of await owner`
    select payment_id as id, refunded_minor as sum from refund_totals
     where payment_id = any(${ids}) and refunded_minor > 0`) {
    model.refunded.set(id, sum);
  }
  for (const { id, ...acted } of await owner`
    select id, actor_id as "actorId", action from audit_log where id = any(${ids})`) {
    model.acted.set(id, acted as never);
  }
  for (const { id, ...transfer } of await owner`
    select id, debit_balance_minor as "debitBalance", debit_version as "debitVersion",
           credit_balance_minor as "creditBalance", credit_version as "creditVersion"
      from ledger_transfers where id = any(${ids})`) {
    model.transfers.set(id, transfer as never);
  }
  return model;
}
