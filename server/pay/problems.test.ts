/**
 * The table of problems, row by row, as the API answers: status, whether money moved, what to do. What it says of money
 * is said of the key, so a row that looks the key up is walked with an open, a paid, a declined and a void one.
 */
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { POST as issue } from "@/app/api/idempotency-keys/route";
import { DELETE as cancel, GET as order, PUT as put } from "@/app/api/orders/[id]/route";
import { POST as refund } from "@/app/api/payments/[id]/refunds/route";
import { PATCH, GET as payment } from "@/app/api/payments/[id]/route";
import { POST as pay, GET as payments } from "@/app/api/payments/route";
import { flushAttempts } from "@/db/attempts/record";
import { revokeKey } from "@/db/idempotency/revoke";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { PROBLEMS, type ProblemName } from "@/lib/api/problems";
import { fail, HttpError } from "../http/responses.ts";

const test = testDatabase();

afterAll(flushAttempts);

type Handler = (request: Request, context: { params: Promise<never> }) => Promise<Response>;
type Sent = {
  headers?: Record<string, string | undefined>;
  body?: unknown;
  params?: object;
  method?: string;
  query?: string;
};

/** A payer with 100 USD, an order over 10 and a key that is open for it. */
async function newCheckout() {
  const [payer, merchant] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n, "merchant")];
  const [apiKey, merchantKey] = [
    await apiKeyOf(test.owner, payer.id),
    await apiKeyOf(test.owner, merchant.id),
  ];
  const { orderId, purpose } = await newOrder(merchant, "10");
  const key = await keyFor(payer.id, purpose);
  const body = { orderId, amountMinor: "10", currency: "USD" };
  const call = async (
    handler: unknown,
    { headers, body: sent = body, params = {}, method = "POST", query = "" }: Sent = {},
  ) => {
    const all = {
      authorization: `Bearer ${apiKey}`,
      "content-type": "application/json",
      "idempotency-key": `"${key}"`,
      ...headers,
    };
    const kept = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined);
    const request = new Request(`http://once.test/api${query}`, {
      method,
      headers: kept,
      ...(method !== "GET" && {
        body: typeof sent === "string" || sent instanceof Blob ? sent : JSON.stringify(sent),
      }),
    });
    return (handler as Handler)(request, { params: Promise.resolve(params as never) });
  };
  return { payer, merchant, merchantKey, orderId, key, body, call };
}

type Checkout = Awaited<ReturnType<typeof newCheckout>>;

/** Holds an answer against its row; `moneyMoved` and `retry` where the row leaves them to what was looked up. */
async function expectProblem(
  response: Response,
  name: ProblemName,
  { moneyMoved, retry }: { moneyMoved?: string; retry?: string } = {},
): Promise<Record<string, unknown>> {
  const row = PROBLEMS[name];
  const document = await response.json();
  expect(document).toMatchObject({
    type: `/problems/${name}`,
    status: row.status,
    moneyMoved: moneyMoved ?? row.moneyMoved,
    retry: retry ?? row.retry,
    title: expect.any(String),
    detail: expect.any(String),
  });
  expect(response.status).toBe(row.status);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    "content-type": "application/problem+json",
    "content-language": "en",
    "cache-control": "no-store",
  });
  return document;
}

/** The table of the API's contract, by itself: what lib/api/problems.ts says must be this. */
const CONTRACT: Record<ProblemName, [status: number, moneyMoved: string, retry: string]> = {
  "idempotency-key-missing": [400, "no", "new-key"],
  "idempotency-key-malformed": [400, "unknown", "same-key"],
  unauthenticated: [401, "unknown", "same-key"],
  forbidden: [403, "unknown", "same-key"],
  "account-frozen": [403, "looked-up", "same-key"],
  "not-found": [404, "looked-up", "never"],
  declined: [402, "no", "never"],
  "method-not-allowed": [405, "unknown", "same-key"],
  "too-large": [413, "unknown", "same-key"],
  "unsupported-media-type": [415, "unknown", "same-key"],
  "payment-in-progress": [409, "unknown", "same-key"],
  "order-conflict": [409, "no", "never"],
  "idempotency-key-void": [410, "no", "new-key"],
  "invalid-request": [422, "looked-up", "same-key"],
  "amount-mismatch": [422, "looked-up", "same-key"],
  "idempotency-key-reused": [422, "looked-up", "never"],
  "rate-limited": [429, "unknown", "same-key"],
  unavailable: [503, "unknown", "same-key"],
  "outcome-unknown": [503, "unknown", "same-key"],
  "internal-error": [500, "unknown", "same-key"],
};

it("the table is the contract's", () => {
  const table = Object.entries(PROBLEMS).map(([name, row]) => [
    name,
    [row.status, row.moneyMoved, row.retry],
  ]);
  expect(Object.fromEntries(table)).toEqual(CONTRACT);
});

describe("before any look-up:", () => {
  const UNLOOKED: [ProblemName, string, (checkout: Checkout) => Promise<Response>][] = [
    ["idempotency-key-missing", "", ({ call }) => call(pay, { headers: { "idempotency-key": undefined } })],
    ["idempotency-key-malformed", "", ({ call }) => call(pay, { headers: { "idempotency-key": '"x"' } })],
    [
      "idempotency-key-malformed",
      "an empty one",
      ({ call }) => call(pay, { headers: { "idempotency-key": "" } }),
    ],
    ["unauthenticated", "", ({ call }) => call(pay, { headers: { authorization: "Bearer nobody" } })],
    [
      "unauthenticated",
      "as somebody else than the form",
      ({ call }) => call(pay, { headers: { "x-once-user": randomUUID() } }),
    ],
    ["forbidden", "", ({ call, orderId }) => call(put, { method: "PUT", params: { id: orderId } })],
    ["method-not-allowed", "", ({ call, key }) => call(PATCH, { method: "PATCH", params: { id: key } })],
    ["too-large", "", ({ call }) => call(pay, { body: { note: "x".repeat(300_000) } })],
    ["unsupported-media-type", "", ({ call }) => call(pay, { headers: { "content-type": "text/plain" } })],
    ["unsupported-media-type", "none", ({ call }) => call(pay, { headers: { "content-type": "" } })],
    [
      "unsupported-media-type",
      "compressed",
      ({ call }) => call(pay, { headers: { "content-encoding": "gzip" } }),
    ],
  ];
  it.each(UNLOOKED)("%s %s", async (name, _what, provoke) => {
    const checkout = await newCheckout();
    const response = await provoke(checkout);
    await expectProblem(response, name);
    expect(response.headers.get("www-authenticate")).toBe(
      name === "unauthenticated" ? 'Bearer realm="once"' : null,
    );
    expect(response.headers.has("allow")).toBe(name === "method-not-allowed");
    expect((await checkout.call(pay)).status).toBe(201);
  });
});

/** A checkout whose key is in that state, and what a complaint about a request with it says. */
const KEYS: Record<string, () => Promise<Checkout>> = {
  open: newCheckout,
  async paid() {
    const checkout = await newCheckout();
    expect((await checkout.call(pay)).status).toBe(201);
    return checkout;
  },
  async declined() {
    const checkout = await newCheckout();
    await test.owner`update orders set cancelled_at = now() where id = ${checkout.orderId}`;
    await expectProblem(await checkout.call(pay), "declined", { retry: "never" });
    return checkout;
  },
  async void() {
    const checkout = await newCheckout();
    await revokeKey(checkout.payer.id, checkout.key);
    return checkout;
  },
};
const SAYS: Record<string, string> = { open: "no", paid: "yes", declined: "no" };

describe.each(Object.keys(KEYS))("with a key that is %s,", (state) => {
  const newOne = KEYS[state] as () => Promise<Checkout>;

  const expectLookedUp = async (checkout: Checkout, response: Response, name: ProblemName) => {
    if (state === "void") return expectProblem(response, "idempotency-key-void");
    const document = await expectProblem(response, name, { moneyMoved: SAYS[state] ?? "" });
    expect(document.payment).toEqual(
      state === "open" ? undefined : expect.objectContaining({ id: checkout.key }),
    );
    return document;
  };

  it.each([
    ["a field that is wrong", { amountMinor: 10 }, "/amountMinor"],
    ["a field too many", { tip: "1" }, "/tip"],
    ["a name twice", '{"orderId":1,"orderId":2}', "/orderId"],
    ["no JSON", "{", ""],
    ["null", "null", ""],
    ["a list", "[]", ""],
    ["bytes that are no UTF-8", new Blob([Uint8Array.of(0x22, 0xff, 0x22)]), ""],
  ])(
    "a body with %s is an invalid request, which says what became of the key",
    async (_what, wrong, pointer) => {
      const checkout = await newOne();
      const isRaw = typeof wrong === "string" || wrong instanceof Blob;
      const body = isRaw ? wrong : { ...checkout.body, ...wrong };
      const document = await expectLookedUp(checkout, await checkout.call(pay, { body }), "invalid-request");
      if (state !== "void")
        expect(document.errors).toContainEqual({ pointer, detail: expect.stringMatching(/./) });
    },
  );

  it("the refund of what is no payment is not found, or the key is of another purpose", async () => {
    const checkout = await newOne();
    const params = { id: "no-uuid" };
    await expectLookedUp(checkout, await checkout.call(refund, { body: {}, params }), "not-found");
  });

  it("another payload is a reuse where the key is settled, and a mismatch where it is open", async () => {
    const checkout = await newOne();
    const response = await checkout.call(pay, { body: { ...checkout.body, amountMinor: "11" } });
    await expectLookedUp(checkout, response, state === "open" ? "amount-mismatch" : "idempotency-key-reused");
  });

  it("another order is a reuse", async () => {
    const checkout = await newOne();
    const { orderId } = await newOrder(checkout.merchant, "10");
    const response = await checkout.call(pay, { body: { ...checkout.body, orderId } });
    await expectLookedUp(checkout, response, "idempotency-key-reused");
  });

  it("an order that is not there is not found where the key is open", async () => {
    const checkout = await newOne();
    const response = await checkout.call(pay, { body: { ...checkout.body, orderId: randomUUID() } });
    await expectLookedUp(checkout, response, state === "open" ? "not-found" : "idempotency-key-reused");
  });

  it("somebody else hears that it is void", async () => {
    const checkout = await newOne();
    const headers = { authorization: `Bearer ${checkout.merchantKey}` };
    await expectProblem(await checkout.call(pay, { headers }), "idempotency-key-void");
  });
});

describe("a refusal consumes nothing:", () => {
  it.each([
    ["nobody", "/payee"],
    ["oneself", "/payee"],
  ])("a transfer to %s", async (payee, pointer) => {
    const { payer, call } = await newCheckout();
    const key = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
    const headers = { "idempotency-key": `"${key}"` };
    const body = {
      payee: payee === "oneself" ? payer.handle : "nobody-at-all",
      amountMinor: "1",
      currency: "USD",
    };
    const document = await expectProblem(await call(pay, { headers, body }), "invalid-request", {
      moneyMoved: "no",
    });
    expect(document.errors).toEqual([{ pointer, detail: expect.any(String) }]);
    const { handle } = await newPerson(test.owner, 0n);
    expect((await call(pay, { headers, body: { ...body, payee: handle } })).status).toBe(201);
  });
});

describe("a decline says whether another key may pay:", () => {
  it.each([
    ["insufficient_funds", "new-key", "balance_minor = 1"],
    ["limit_exceeded", "new-key", "day_limit_minor = 1"],
  ])("%s: %s", async (declineCode, retry, update) => {
    const { payer, key, call } = await newCheckout();
    await test.owner.unsafe(`update ledger_accounts set ${update} where id = $1`, [payer.accountId]);
    const response = await call(pay);
    const document = await expectProblem(response, "declined", { retry });
    expect(document).toMatchObject({ declineCode, payment: { id: key, status: "declined", declineCode } });
  });

  it("order_already_paid: never", async () => {
    const { merchant, payer, orderId, call, body } = await newCheckout();
    const other = await newPerson(test.owner, 100n);
    const key = await keyFor(other.id, { kind: "order", orderId });
    const headers = {
      authorization: `Bearer ${await apiKeyOf(test.owner, other.id)}`,
      "idempotency-key": `"${key}"`,
    };
    expect((await call(pay, { headers, body })).status).toBe(201);
    const document = await expectProblem(await call(pay), "declined", { retry: "never" });
    expect(document.declineCode).toBe("order_already_paid");
    expect([merchant.id, payer.id]).not.toContain(other.id);
  });
});

it("whoever is frozen is told so, and the same key pays once they are released", async () => {
  const { payer, call } = await newCheckout();
  const freeze = (isFrozen: boolean) =>
    test.owner`update ledger_accounts set closed_at = ${isFrozen ? new Date() : null} where owner_id = ${payer.id}`;
  await freeze(true);
  await expectProblem(await call(pay), "account-frozen", { moneyMoved: "no" });
  await freeze(false);
  expect((await call(pay)).status).toBe(201);
});

it("an order that differs, or is paid, is a conflict", async () => {
  const { merchantKey, orderId, call } = await newCheckout();
  const headers = { authorization: `Bearer ${merchantKey}` };
  const items = [{ description: "Other", quantity: 1, amountMinor: "10" }];
  const body = { description: "Another thing", currency: "USD", items };
  const params = { id: orderId };
  await expectProblem(await call(put, { method: "PUT", headers, params, body }), "order-conflict");
  expect((await call(pay)).status).toBe(201);
  await expectProblem(await call(cancel, { method: "DELETE", headers, params }), "order-conflict");
});

it("cancelling what is paid says that it moved nothing itself", async () => {
  const { merchantKey, orderId, call } = await newCheckout();
  expect((await call(pay)).status).toBe(201);
  const headers = { authorization: `Bearer ${merchantKey}` };
  const response = await call(cancel, { method: "DELETE", headers, params: { id: orderId } });
  const document = await expectProblem(response, "order-conflict");
  expect(document.detail).toBe(
    "Cancelling moved no money. The order was paid before and can no longer be cancelled.",
  );
});

it("a call that takes no key says nothing of one that is sent along", async () => {
  const { key, orderId, merchantKey, call } = await newCheckout();
  expect((await call(pay)).status).toBe(201);
  const unknown = { moneyMoved: "unknown" };
  const nowhere = { purpose: { kind: "order", orderId: randomUUID() } };
  await expectProblem(await call(issue, { body: nowhere }), "not-found", unknown);
  await expectProblem(await call(issue, { body: {} }), "invalid-request", unknown);
  for (const id of [randomUUID(), "none"])
    await expectProblem(await call(payment, { method: "GET", params: { id } }), "not-found", unknown);
  await expectProblem(await call(payments, { method: "GET", query: "?limit=x" }), "invalid-request", unknown);
  const headers = { authorization: `Bearer ${merchantKey}`, "idempotency-key": `"${key}"` };
  const missing = { id: randomUUID() };
  await expectProblem(
    await call(cancel, { method: "DELETE", headers, params: missing }),
    "not-found",
    unknown,
  );
  await expectProblem(await call(order, { method: "GET", headers, params: missing }), "not-found", unknown);
  const put422 = await call(put, { method: "PUT", headers, params: { id: orderId }, body: {} });
  await expectProblem(put422, "invalid-request", unknown);
});

it("too many open keys are a matter of time, and the answer says how much", async () => {
  const { payer, call } = await newCheckout();
  await test.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select ${payer.id}, gen_random_uuid(), 'transfer', gen_random_uuid(), now() + interval '1 day', database_identity()
      from generate_series(1, 20000)`;
  const body = { purpose: { kind: "transfer", intentId: randomUUID() } };
  const response = await call(issue, { body });
  await expectProblem(response, "rate-limited");
  expect(response.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
});

it("what passes by itself says when to ask again", () => {
  for (const name of ["payment-in-progress", "unavailable", "outcome-unknown"] as const)
    expect(new HttpError(fail(name)).response.headers.get("retry-after"), name).toMatch(/^[1-9]\d*$/);
});
