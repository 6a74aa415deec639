/** People and orders for tests: each test makes its own, so that tests do not meet. */
import { randomUUID } from "node:crypto";
import { expect } from "vitest";
import type { Purpose } from "../../lib/payment.ts";
import { permissionsOf, SCOPES } from "../../lib/scopes.ts";
import { hashOfApiKey } from "../api-keys/keys.ts";
import type { Sql } from "../client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { openAccount } from "../ledger/accounts.ts";
import { reconcile } from "../ledger/reconcile.ts";
import { putOrder } from "../orders/orders.ts";
import type { PayCommand } from "../payments/command.ts";
import { type PayResult, pay } from "../payments/pay.ts";

export type Person = { id: string; handle: string; accountId: string };

/** A new user with one USD account that holds `balanceMinor`, paid in as a top-up. */
export async function newPerson(
  owner: Sql,
  balanceMinor: bigint,
  role: "payer" | "merchant" = "payer",
): Promise<Person> {
  const id = randomUUID();
  const handle = `t${id.replaceAll("-", "").slice(0, 20)}`;
  await owner`
    insert into users (id, name, email, handle, role)
    values (${id}, ${handle}, ${`${handle}@once.test`}, ${handle}, ${role})`;
  const accountId = randomUUID();
  await openAccount(accountId, id, "USD", null);
  if (balanceMinor > 0n) {
    const key = await keyFor(id, { kind: "top-up", intentId: randomUUID() });
    expect(
      await pay(id, key, { operation: "top-up", amountMinor: balanceMinor.toString(), currency: "USD" }),
    ).toMatchObject({ type: "settled", payment: { status: "succeeded" } });
  }
  return { id, handle, accountId };
}

/** A new API key of somebody, as their program would send it, with all scopes. */
export async function apiKeyOf(owner: Sql, userId: string): Promise<string> {
  const apiKey = `once_test_${randomUUID()}`;
  const permissions = JSON.stringify(permissionsOf(SCOPES));
  await owner`
    insert into api_keys (key, reference_id, permissions)
    values (${hashOfApiKey(apiKey)}, ${userId}, ${permissions})`;
  return apiKey;
}

/** Issues a key that must be open. */
export async function keyFor(userId: string, purpose: Purpose): Promise<string> {
  const issued = await issueKey(userId, purpose);
  if (issued.type !== "created" && issued.type !== "found")
    throw new Error(`No key was issued: ${issued.type}.`);
  return issued.key;
}

/** A new order of `merchant` over `amountMinor` USD, and the command that pays it. */
export async function newOrder(
  merchant: Person,
  amountMinor: string,
  expiresAt?: string,
): Promise<{ orderId: string; purpose: Purpose; command: PayCommand }> {
  const orderId = randomUUID();
  const put = await putOrder(merchant.id, orderId, {
    description: "A thing",
    currency: "USD",
    items: [{ description: "Thing", quantity: 1, amountMinor }],
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
  expect(put.type).toBe("created");
  return {
    orderId,
    purpose: { kind: "order", orderId },
    command: { operation: "pay-order", orderId, amountMinor, currency: "USD" },
  };
}

/** What a list of results came to: how many executed, were replays, and so on, "declined" where the outcome is one. */
export function tally(results: readonly PayResult[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const result of results) {
    const outcome =
      result.type !== "settled" ? result.type : result.payment.status === "succeeded" ? "paid" : "declined";
    const name = result.type === "settled" && result.replayed ? `${outcome} again` : outcome;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** The balance of an account, from the database. */
export async function balanceOf(owner: Sql, accountId: string): Promise<bigint> {
  const [row] = await owner<{ balance: string }[]>`
    select balance_minor::text as balance from ledger_accounts where id = ${accountId}`;
  return BigInt(row?.balance ?? "0");
}

/** Fails with the exact rows where the books are wrong. */
export async function expectBooksRight(owner: Sql): Promise<void> {
  expect(await reconcile(owner)).toEqual([]);
}
