/**
 * An address of every page of the policy, with something to see at it: for whatever walks them all. A page without
 * parameters is its own sample; one with some needs an entry here.
 */
import { randomUUID } from "node:crypto";
import { PAGES, type PageName } from "../../server/identity/policy.ts";
import { accountOf, books, newOrder, secondOperator, userIdOf } from "./books.ts";

export type Who = "nobody" | "Alice" | "Mia" | "Omar";
export type Sample = { page: PageName; path: string; who: Who };

const AUTHORIZED = { authorization: "Bearer once_demo_alice", "content-type": "application/json" };

async function issueKey(baseURL: string, purpose: object): Promise<string> {
  const answer = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers: AUTHORIZED,
    body: JSON.stringify({ purpose }),
  });
  return ((await answer.json()) as { key: string }).key;
}

/** Pays an order of Mia's as Alice does, and returns the payment's id. */
export async function paidOrder(baseURL: string): Promise<string> {
  const orderId = await newOrder(baseURL);
  const key = await issueKey(baseURL, { kind: "order", orderId });
  await fetch(`${baseURL}/api/payments`, {
    method: "POST",
    headers: { ...AUTHORIZED, "idempotency-key": `"${key}"` },
    body: JSON.stringify({ orderId, amountMinor: "3800", currency: "USD" }),
  });
  return key;
}

/** The address of a form without JavaScript: its key and its user stand in it. */
async function plainForm(baseURL: string, place: string, purpose: object, fields = {}): Promise<string> {
  const [key, user] = [await issueKey(baseURL, purpose), await userIdOf("alice")];
  return `${place}/form?${new URLSearchParams({ key, user, ...fields })}`;
}

/** A refund of a sale of Mia's, without JavaScript. */
async function plainRefund(baseURL: string): Promise<string> {
  const [paymentId, intentId] = [await paidOrder(baseURL), randomUUID()];
  const answer = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers: { ...AUTHORIZED, authorization: "Bearer once_demo_mia" },
    body: JSON.stringify({ purpose: { kind: "refund", paymentId, intentId } }),
  });
  const { key } = (await answer.json()) as { key: string };
  const fields = { key, user: await userIdOf("mia"), amountMinor: "500", currency: "USD" };
  return `/payments/${paymentId}/refund/${intentId}/form?${new URLSearchParams(fields)}`;
}

/** A payment link of Mia's, whose buyers choose how many. */
async function paymentLink(): Promise<string> {
  const id = randomUUID();
  const items = [{ description: "Ticket for the tasting", quantity: 1, amountMinor: "1250" }];
  await books()`
    insert into payment_links (id, merchant_id, description, currency, items, total_minor, quantity_max, request_hash)
    values (${id}, ${await userIdOf("mia")}, 'Ticket for the tasting', 'USD', ${books().json(items)}, 1250, 10,
            ${Buffer.from(id)})`;
  return id;
}

/** A request of Alice's for money, as its page makes one: an order that is hers. */
async function moneyRequest(): Promise<string> {
  const id = randomUUID();
  const alice = await userIdOf("alice");
  const items = [{ description: "Dinner on Friday", quantity: 1, amountMinor: "2500" }];
  await books()`
    insert into orders (id, merchant_id, merchant_account_id, is_request, description, currency, total_minor, items, request_hash)
    select ${id}, ${alice}, id, true, 'Dinner on Friday', 'USD', 2500, ${books().json(items)}, ${Buffer.from(id)}
      from ledger_accounts where owner_id = ${alice} and currency = 'USD'`;
  return id;
}

/** A refund that an operator has begun, of a sale of Mia's. */
async function operatorRefund(baseURL: string): Promise<string> {
  const [paymentId, intentId] = [await paidOrder(baseURL), randomUUID()];
  const answer = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers: { ...AUTHORIZED, authorization: "Bearer once_demo_mia" },
    body: JSON.stringify({ purpose: { kind: "refund", paymentId, intentId } }),
  });
  const { key } = (await answer.json()) as { key: string };
  const typed = new URLSearchParams({ amountMinor: "500", reason: "Sent back" });
  return `/ops/payments/${paymentId}/refund/${key}?${typed}`;
}

/** A correction that another operator than Omar asks for. */
async function adjustment(): Promise<string> {
  const id = randomUUID();
  const asker = await secondOperator();
  await books()`
    select request_adjustment_v1(${asker}, ${id}, ${await accountOf("alice")}, ${await accountOf("bob")}, 1250, 'USD',
                                 'Booked to the wrong account')`;
  return id;
}

/** The position of a seal that is there. */
async function sealedPosition(): Promise<string> {
  await books()`select seal_transfers_v1(1000)`;
  const [row] = await books()<
    { position: string }[]
  >`select max(position)::text as position from ledger_seals`;
  return row?.position ?? "1";
}

/** A run over the books whose check found a row; it counts for nothing, as the run itself says that all was right. */
async function reconcileRun(): Promise<string> {
  const id = randomUUID();
  await books()`
    insert into reconcile_runs (id, kind, asked_at, started_at, from_position, to_position, finished_at, outcome)
    values (${id}, 'incremental', now() - interval '1 hour', now() - interval '1 hour', 0, 1, now() - interval '1 hour', 'right')`;
  await books()`
    insert into reconcile_results (run_id, kind, check_name, outcome, slices, total_ms, longest_ms, found, rows, finished_at)
    values (${id}, 'incremental', 'floor', 'wrong', 3, 12, 7, 1, ${books().json([{ account_id: id, balance_minor: "-1" }])}, now())`;
  return id;
}

const TRANSFER = { payee: "bob", amountMinor: "1250", currency: "USD", note: "For the tickets" };
const TOP_UP = { amountMinor: "2500", currency: "USD" };

type Make = (baseURL: string) => Promise<string> | string;
const MAKERS: Partial<Record<PageName, Make>> = {
  "/problems/[name]": () => "/problems/outcome-unknown",
  "/checkout/[orderId]": async (baseURL) => `/checkout/${await newOrder(baseURL)}`,
  "/checkout/[orderId]/form": async (baseURL) => {
    const orderId = await newOrder(baseURL);
    return plainForm(baseURL, `/checkout/${orderId}`, { kind: "order", orderId });
  },
  "/send/[intentId]": () => `/send/${randomUUID()}`,
  "/send/[intentId]/review": () => `/send/${randomUUID()}/review?${new URLSearchParams(TRANSFER)}`,
  "/send/[intentId]/form": (baseURL) => {
    const intentId = randomUUID();
    return plainForm(baseURL, `/send/${intentId}`, { kind: "transfer", intentId }, TRANSFER);
  },
  "/top-up/[intentId]": () => `/top-up/${randomUUID()}`,
  "/top-up/[intentId]/review": () => `/top-up/${randomUUID()}/review?${new URLSearchParams(TOP_UP)}`,
  "/top-up/[intentId]/form": (baseURL) => {
    const intentId = randomUUID();
    return plainForm(baseURL, `/top-up/${intentId}`, { kind: "top-up", intentId }, TOP_UP);
  },
  "/request/[orderId]": async () => `/request/${await moneyRequest()}`,
  "/orders/[id]": async (baseURL) => `/orders/${await newOrder(baseURL)}`,
  "/links/[id]": async () => `/links/${await paymentLink()}`,
  "/pay/[linkId]": async () => `/pay/${await paymentLink()}`,
  "/payments/[id]/refund": async (baseURL) => `/payments/${await paidOrder(baseURL)}/refund`,
  "/payments/[id]/refund/[intentId]": async (baseURL) =>
    `/payments/${await paidOrder(baseURL)}/refund/${randomUUID()}`,
  "/payments/[id]/refund/[intentId]/form": plainRefund,
  "/ops/payments/[id]/refund": async (baseURL) => `/ops/payments/${await paidOrder(baseURL)}/refund`,
  "/ops/payments/[id]/refund/[key]": operatorRefund,
  "/ops/ledger/accounts/[id]": async () => `/ops/ledger/accounts/${await accountOf("alice")}`,
  "/ops/ledger/journal/[position]": async () => `/ops/ledger/journal/${await sealedPosition()}`,
  "/ops/ledger/adjustments/[id]": async () => `/ops/ledger/adjustments/${await adjustment()}`,
  "/ops/reconcile/[runId]": async () => `/ops/reconcile/${await reconcileRun()}`,
  "/payments/[id]": async (baseURL) => `/payments/${await paidOrder(baseURL)}`,
  "/ops/people/[id]": async () => `/ops/people/${await userIdOf("alice")}`,
  "/ops/payments/[id]": async (baseURL) => `/ops/payments/${await paidOrder(baseURL)}`,
  "/ops/keys/[key]": async (baseURL) =>
    `/ops/keys/${await issueKey(baseURL, { kind: "transfer", intentId: randomUUID() })}`,
};

/** Pages of users that only whoever sold something has: the policy does not know who that is. */
const OF_MIA = new Set<string>([
  "/payments/[id]/refund",
  "/payments/[id]/refund/[intentId]",
  "/payments/[id]/refund/[intentId]/form",
]);

/** The start page is another for everybody. */
const ALSO: Sample[] = [
  { page: "/", path: "/", who: "Alice" },
  { page: "/", path: "/", who: "Mia" },
  { page: "/", path: "/", who: "Omar" },
  ...(Object.hasOwn(PAGES, "/payments")
    ? [{ page: "/payments", path: "/payments", who: "Mia" } as const]
    : []),
];

/** A sample of every page, and for whom. Throws for one that has none. */
export async function samples(baseURL: string): Promise<Sample[]> {
  const all: Sample[] = [];
  for (const [page, level] of Object.entries(PAGES) as [PageName, string][]) {
    const make = MAKERS[page];
    if (make === undefined && page.includes("["))
      throw new Error(`Name a sample of ${page} in e2e/support/samples.ts.`);
    const who = ({ anyone: "nobody", user: "Alice", merchant: "Mia", operator: "Omar" } as const)[level];
    if (who === undefined) throw new Error(`Bug: ${page} is for "${level}".`);
    const path = make === undefined ? page : await make(baseURL);
    all.push({ page, path, who: OF_MIA.has(page) ? "Mia" : who });
  }
  return [...all, ...ALSO];
}
