/** Looking into the database behind the browser: what tests assert through. */
import { createHash, randomBytes, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { expect } from "@playwright/test";
import postgres from "postgres";
import { reconcile } from "../../db/ledger/reconcile.ts";

/** Where the server whose books are looked into keeps its data: the tests' configurations say so, and whoever runs a script. */
export const DATA_DIR = process.env.ONCE_DATA_DIR || ".data";

let connection: postgres.Sql | undefined;

/** The address of a database of the embedded server, as its administrator. */
export function adminUrlOf(databaseName: string): string {
  const state: unknown = JSON.parse(readFileSync(path.resolve(DATA_DIR, "postgres.json"), "utf8"));
  const { port, password } = state as { port: number; password: string };
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${databaseName}`;
}

/** The database of the server under test, as its administrator. */
export function books(): postgres.Sql {
  connection ??= postgres(adminUrlOf("once"), { max: 2, onnotice: () => {} });
  return connection;
}

export async function closeBooks(): Promise<void> {
  await connection?.end({ timeout: 5 });
  connection = undefined;
}

export type OrderPayment = { id: string; user_id: string; status: string; amount_minor: string };

/** Every payment that was ever recorded for an order, oldest first. */
export async function paymentsOf(orderId: string): Promise<OrderPayment[]> {
  return books()<OrderPayment[]>`
    select id, user_id, status, amount_minor::text from payments
     where kind = 'order' and purpose_id = ${orderId} order by settled_at, id`;
}

/** Every payment that was ever recorded for an intent to send, oldest first. */
export async function transfersOf(intentId: string): Promise<OrderPayment[]> {
  return books()<OrderPayment[]>`
    select id, user_id, status, amount_minor::text from payments
     where kind <> 'order' and purpose_id = ${intentId} order by settled_at, id`;
}

/** Fails unless exactly one payment exists for the intent, it succeeded, and the books are right. */
export async function expectTransferOnce(intentId: string): Promise<OrderPayment> {
  const payments = await transfersOf(intentId);
  expect(payments.map((payment) => payment.status)).toEqual(["succeeded"]);
  expect(await reconcile(books())).toEqual([]);
  const [payment] = payments;
  if (!payment) throw new Error("Bug: a list of one is empty.");
  return payment;
}

/** The id of one of the demo's people. */
export async function userIdOf(handle: string): Promise<string> {
  const [user] = await books()<{ id: string }[]>`select id from users where handle = ${handle}`;
  if (!user) throw new Error(`There is nobody called ${handle}.`);
  return user.id;
}

/** The account in USD of one of the demo's people. */
export async function accountOf(handle: string): Promise<string> {
  const [account] = await books()<{ id: string }[]>`
    select id from ledger_accounts where owner_id = ${await userIdOf(handle)} and currency = 'USD'`;
  if (!account) throw new Error(`${handle} has no account in USD.`);
  return account.id;
}

/** Another operator than Omar, who asks for what he approves. Nobody signs in as them. */
export async function secondOperator(): Promise<string> {
  await books()`
    insert into users (id, name, email, handle, role)
    select gen_random_uuid(), 'Olga Operator', 'olga@once.test', 'olga', 'operator'
     where not exists (select from users where handle = 'olga')`;
  return userIdOf("olga");
}

/** A new API key of one of the demo's people that may do nothing at all: no page makes such a one. */
export async function newKeyWithoutScopes(handle: string): Promise<string> {
  const apiKey = randomBytes(32).toString("base64url");
  const hash = createHash("sha256").update(apiKey).digest("base64url");
  await books()`
    insert into api_keys (reference_id, name, key, permissions) values (${await userIdOf(handle)}, 'None', ${hash}, '{}')`;
  return apiKey;
}

/** Fails unless exactly one payment exists for the order, it succeeded, and the books are right. */
export async function expectPaidOnce(orderId: string): Promise<OrderPayment> {
  const payments = await paymentsOf(orderId);
  expect(payments.map((payment) => payment.status)).toEqual(["succeeded"]);
  expect(await reconcile(books())).toEqual([]);
  const [payment] = payments;
  if (!payment) throw new Error("Bug: a list of one is empty.");
  return payment;
}

/** A new order of Bluebird Coffee over 38 dollars, put through the API as a merchant's program would. */
export async function newOrder(baseURL: string, amountMinor = "1900", quantity = 2): Promise<string> {
  const orderId = randomUUID();
  const response = await fetch(`${baseURL}/api/orders/${orderId}`, {
    method: "PUT",
    headers: { authorization: "Bearer once_demo_mia", "content-type": "application/json" },
    body: JSON.stringify({
      description: "House espresso",
      currency: "USD",
      items: [{ description: "House espresso, 1 kg", quantity, amountMinor }],
    }),
  });
  expect(response.status).toBe(201);
  return orderId;
}

/**
 * Takes away all open keys: what an earlier test pressed and left without an answer is asked about before another transfer.
 * Losing an open key is always safe.
 */
export async function forgetOpenKeys(): Promise<void> {
  await books()`delete from idempotency_keys`;
}
