/**
 * The demo's people, accounts and orders. Every step may run again, and on several servers at once: identities have
 * fixed ids, and the opening balances are top-ups with fixed intents, paid through the same functions as everything
 * else, so that a purpose that was paid is not paid again.
 */
import { createHash } from "node:crypto";
import { hashPassword } from "better-auth/crypto";
import { permissionsOf, SCOPES } from "../../lib/identity/scopes.ts";
import { skeletonOf } from "../../lib/text/reserved-names.ts";
import { database } from "../connection/client.ts";
import { issueKey } from "../idempotency/issue.ts";
import { hashOfApiKey } from "../identity/api-keys.ts";
import { openAccount } from "../ledger/accounts.ts";
import { putOrder } from "../orders/orders.ts";
import { pay } from "../payments/pay.ts";
import { apiKeys, credentials } from "../schema/auth.ts";
import { connectAsOwner } from "./migrate.ts";

export const DEMO_PASSWORD = "exactly-once";

type Person = {
  name: string;
  handle: string;
  role: "payer" | "merchant" | "operator";
  opening: Record<string, bigint>;
};

/** Opening balances in minor units: enough that tests never run dry by accident. */
const PEOPLE: Person[] = [
  {
    name: "Alice",
    handle: "alice",
    role: "payer",
    opening: { USD: 100_000_000n, JPY: 10_000_000n, KWD: 50_000_000n },
  },
  {
    name: "Bob",
    handle: "bob",
    role: "payer",
    opening: { USD: 2_500_000n, JPY: 1_000_000n, KWD: 5_000_000n },
  },
  { name: "Bluebird Coffee", handle: "mia", role: "merchant", opening: { USD: 0n, JPY: 0n, KWD: 0n } },
  { name: "Omar", handle: "omar", role: "operator", opening: { USD: 0n, JPY: 0n, KWD: 0n } },
];

/** A fixed UUID (version 8, RFC 9562 §5.8: the digits are ours to choose) for something the demo names. */
export function demoId(name: string): string {
  const hex = createHash("sha256").update(`once demo ${name}`).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The API key of one of the demo's people, which is published. */
function demoApiKey(handle: string): string {
  return `once_demo_${handle}`;
}

export const DEMO_USER_IDS = PEOPLE.map(({ handle }) => demoId(handle));
export const DEMO_KEY_HASHES = PEOPLE.map(({ handle }) => hashOfApiKey(demoApiKey(handle)));

async function seedPerson(person: Person): Promise<void> {
  const db = database().reading;
  const id = demoId(person.handle);
  const apiKey = demoApiKey(person.handle);
  const permissions = JSON.stringify(permissionsOf(SCOPES));
  await db
    .insert(credentials)
    .values({
      id: demoId(`${person.handle} password`),
      userId: id,
      providerId: "credential",
      accountId: id,
      password: await hashPassword(DEMO_PASSWORD),
    })
    .onConflictDoNothing();
  await db
    .insert(apiKeys)
    .values({
      id: demoId(`${person.handle} api key`),
      referenceId: id,
      name: "Demo",
      prefix: "once_demo_",
      start: apiKey.slice(0, 12),
      key: hashOfApiKey(apiKey),
      permissions,
    })
    // A demo from before a scope was there gets it too.
    .onConflictDoUpdate({ target: apiKeys.id, set: { permissions } });
  for (const [currency, amount] of Object.entries(person.opening)) {
    await openAccount(demoId(`${person.handle} ${currency}`), id, currency, null);
    if (amount > 0n) await topUp(id, demoId(`${person.handle} ${currency} opening`), currency, amount);
  }
}

/** Tops up an opening balance, once. */
async function topUp(userId: string, intentId: string, currency: string, amount: bigint): Promise<void> {
  const issued = await issueKey(userId, { kind: "top-up", intentId });
  if (issued.type !== "created" && issued.type !== "found") return;
  const command = { operation: "top-up", amountMinor: amount.toString(), currency } as const;
  const result = await pay(userId, issued.key, command);
  // Void: another server that starts at the same time was first.
  if (result.type === "refused" || result.type === "reused") {
    throw new Error(`Bug: the opening balance of ${amount} ${currency} was ${result.type}.`);
  }
}

/**
 * The demo's currencies, with two decimals, with none and with three, each with what may leave a new account in a UTC day by
 * orders and transfers: 10,000.00, 1,000,000 and 5,000.000.
 */
const CURRENCIES = { USD: "1000000", JPY: "1000000", KWD: "5000000" };

/**
 * What the application may not do itself: people with roles, currencies, and the accounts that the demo's money comes from,
 * which have no floor and go below zero by what they gave.
 */
export async function seedAsOwner(ownerUrl: string): Promise<void> {
  const owner = connectAsOwner(ownerUrl);
  try {
    for (const [currency, dayLimitMinor] of Object.entries(CURRENCIES)) {
      const houseId = demoId(`funding ${currency}`);
      await owner`
        insert into ledger_accounts (id, purpose, currency, min_balance_minor)
        values (${houseId}, 'funding', ${currency}, null) on conflict do nothing`;
      await owner`
        insert into currencies (code, house_account_id, day_limit_minor, opened_at)
        values (${currency}, ${houseId}, ${dayLimitMinor}, date_trunc('milliseconds', now())) on conflict do nothing`;
    }
    for (const { name, handle, role } of PEOPLE) {
      const skeletons = role === "payer" ? [null, null] : [skeletonOf(name), skeletonOf(handle)];
      // An address of our own, so it counts as verified.
      await owner`
        insert into users (id, email, email_verified, name, handle, role, name_skeleton, handle_skeleton)
        values (${demoId(handle)}, ${`${handle}@once.test`}, true, ${name}, ${handle}, ${role}, ${skeletons[0] ?? null},
                ${skeletons[1] ?? null})
        on conflict do nothing`;
    }
    // Where the demo was removed once and is wanted again.
    await owner`
      update ledger_accounts set closed_at = null
       where owner_id = any (string_to_array(${DEMO_USER_IDS.join(",")}, ',')::uuid[]) and closed_at is not null`;
  } finally {
    await owner.end({ timeout: 5 });
  }
}

/** The orders of Bluebird Coffee that the demo begins with. */
const FIRST_ORDERS = [
  {
    name: "first order",
    description: "Two bags of house espresso",
    items: [["House espresso, 1 kg", 2, "1900"]],
  },
  {
    name: "second order",
    description: "Breakfast for two",
    items: [
      ["Flat white", 2, "450"],
      ["Almond croissant", 2, "425"],
    ],
  },
] as const;

/** Seeds the demo. `ownerUrl` is needed for what the application may not create. */
export async function seedDemo(ownerUrl: string): Promise<void> {
  await seedAsOwner(ownerUrl);
  for (const person of PEOPLE) await seedPerson(person);
  for (const order of FIRST_ORDERS) {
    await putOrder(demoId("mia"), demoId(order.name), {
      description: order.description,
      currency: "USD",
      items: order.items.map(([description, quantity, amountMinor]) => ({
        description,
        quantity,
        amountMinor,
      })),
    });
  }
}
