/** Every answer in the reference is one that the server gives, and every answer it gives here is as the reference says. */
import { randomUUID } from "node:crypto";
import { PROBLEMS } from "../../lib/api/problems.ts";
import type { ApiRoute } from "../../server/openapi/operation.ts";
import { books, newOrder, userIdOf } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";
import { withOtherServer } from "../support/other-server.ts";
import { Contract, DOCUMENTED, expectProblem, ROUTES_OF_REFERENCE } from "./contract.ts";
import { BODIES, BY_FAULTS, callTo, MONEY, OUT_OF_REACH } from "./contract-calls.ts";
import { expectMethodsRefused, expectRushRefused, expectStrangersRefused } from "./contract-refusals.ts";

let contract: Contract;
test.beforeAll(({ baseURL }) => {
  contract = new Contract(baseURL ?? "");
});
// One story in several parts: the last part asks whether the others left anything out.
test.describe.configure({ mode: "serial" });

const transferKey = () => contract.issue("alice", { kind: "transfer", intentId: randomUUID() });

test("nobody in particular, whoever comes from elsewhere, and a key without scopes is refused everywhere", async ({
  alice,
}) => {
  const cookies = await alice.context().cookies();
  await expectStrangersRefused(contract, cookies.map(({ name, value }) => `${name}=${value}`).join("; "));
});

test("a method that an address does not have is refused everywhere, whoever asks", async () => {
  await expectMethodsRefused(contract);
});

test("whoever asks too often is told when to come back, everywhere but of the server's health", async () => {
  await withOtherServer({ ONCE_ADDRESS_REQUESTS_PER_MINUTE: "1" }, (address) =>
    expectRushRefused(contract, address),
  );
});

test("a body that is no JSON, too large or not of this request is refused everywhere", async () => {
  for (const { name, operation } of ROUTES_OF_REFERENCE) {
    if (!operation.body) continue;
    const call = callTo(name);
    const key = randomUUID();
    const media = { ...call, key, headers: { "content-type": "text/plain" } };
    expect((await contract.call(name, media)).status).toBe(415);
    expect((await contract.call(name, { ...call, key, raw: `"${"x".repeat(257 * 1024)}"` })).status).toBe(
      413,
    );
    if (!operation.takesKey)
      expectProblem(
        await contract.call(name, { ...call, json: { nothing: 1 } }),
        "invalid-request",
        "unknown",
        "same-key",
      );
  }
});

test("a route that moves money says what became of the key before anything else", async () => {
  const refunded = await paidOrder();
  const purposes: Partial<Record<ApiRoute, () => unknown>> = {
    "POST /api/payments": () => ({ kind: "transfer", intentId: randomUUID() }),
    "POST /api/payments/[id]/refunds": () => ({
      kind: "refund",
      paymentId: refunded,
      intentId: randomUUID(),
    }),
    "POST /api/top-ups": () => ({ kind: "top-up", intentId: randomUUID() }),
  };
  for (const { name, operation } of ROUTES_OF_REFERENCE) {
    if (!operation.takesKey) continue;
    const call = { ...callTo(name), path: { id: refunded } };
    const purpose = purposes[name];
    if (!purpose) throw new Error(`Say what a key of ${name} is issued for.`);
    expectProblem(await contract.call(name, call), "idempotency-key-missing", "no", "new-key");
    const malformed = { ...call, headers: { "idempotency-key": "no key" } };
    expectProblem(await contract.call(name, malformed), "idempotency-key-malformed", "unknown", "same-key");
    expectProblem(
      await contract.call(name, { ...call, key: randomUUID() }),
      "idempotency-key-void",
      "no",
      "new-key",
    );

    const key = await contract.issue(call.as ?? "", purpose());
    const invalid = { ...call, key, json: { nothing: 1 } };
    expectProblem(await contract.call(name, invalid), "invalid-request", "no", "same-key");
    const paid = await contract.call(name, { ...call, key });
    expect(paid.status).toBe(201);
    expect(paid.headers.get("idempotent-replayed")).toBeNull();
    const replay = await contract.call(name, { ...call, key });
    expect(replay.headers.get("idempotent-replayed")).toBe("true");
    expect([replay.status, replay.text]).toEqual([paid.status, paid.text]);
    expectProblem(await contract.call(name, invalid), "invalid-request", "yes", "same-key");
    const other = { ...call, key, json: { ...(call.json as object), amountMinor: "7" } };
    const reused = await contract.call(name, other);
    expectProblem(reused, "idempotency-key-reused", "yes", "never");
    expect(reused.body).toMatchObject({ payment: paid.body });
    if (!name.includes("[id]")) continue;
    const astray = await contract.call(name, { ...call, key, path: { id: "no-id" } });
    expectProblem(astray, "not-found", "yes", "never");
    expect(astray.body).toMatchObject({ payment: paid.body });
  }
});

async function paidOrder(): Promise<string> {
  const orderId = await newOrder(test.info().project.use.baseURL ?? "");
  const key = await contract.issue("alice", { kind: "order", orderId });
  const json = { orderId, amountMinor: "3800", currency: "USD" };
  const { body } = await contract.call("POST /api/payments", { as: "alice", key, json });
  return (body as { id: string }).id;
}

test("what is declined or refused is told with its reason", async ({ baseURL }) => {
  const dear = await newOrder(baseURL ?? "", "9000000000000000", 1);
  const key = await contract.issue("bob", { kind: "order", orderId: dear });
  const pay = (amountMinor: string, orderId = dear) =>
    contract.call("POST /api/payments", { as: "bob", key, json: { orderId, amountMinor, currency: "USD" } });
  expectProblem(await pay("1"), "amount-mismatch", "no", "same-key");
  expectProblem(await pay("1", randomUUID()), "not-found", "no", "never");
  const declined = await pay("9000000000000000");
  expectProblem(declined, "declined", "no", "new-key");
  const again = await pay("9000000000000000");
  expect([again.text, again.headers.get("idempotent-replayed")]).toEqual([declined.text, "true"]);

  const paymentId = await paidOrder();
  const refund = async (id: string, json: unknown) => {
    const refundKey = await contract.issue("mia", { kind: "refund", paymentId, intentId: randomUUID() });
    return contract.call("POST /api/payments/[id]/refunds", {
      as: "mia",
      path: { id },
      key: refundKey,
      json,
    });
  };
  expectProblem(await refund(paymentId, { amountMinor: "3801" }), "declined", "no", "never");
  expectProblem(await refund(randomUUID(), {}), "not-found", "no", "never");
  // Somebody else's payment is not found either: whether it is there is nobody else's business.
  const gift = await contract.issue("alice", { kind: "transfer", intentId: randomUUID() });
  const json = { payee: "bob", amountMinor: "1", currency: "USD" };
  expect((await contract.call("POST /api/payments", { as: "alice", key: gift, json })).status).toBe(201);
  expectProblem(await refund(gift, {}), "not-found", "no", "never");
  // Nothing is left of what was refunded whole: a decline of an amount of nothing.
  expect((await refund(paymentId, {})).status).toBe(201);
  const nothingLeft = await refund(paymentId, {});
  expectProblem(nothingLeft, "declined", "no", "never");
  expect(nothingLeft.body).toMatchObject({ payment: { amountMinor: "0" } });
});

test("a payment that may be under way is not called unpaid", async () => {
  const key = await contract.issue("alice", { kind: "transfer", intentId: randomUUID() });
  const look = () => contract.call("GET /api/payments/[id]", { as: "alice", path: { id: key } });
  expectProblem(await look(), "not-found", "unknown", "never");
  const path = { key };
  expect((await contract.call("DELETE /api/idempotency-keys/[key]", { as: "alice", path })).status).toBe(200);
  expectProblem(await look(), "not-found", "no", "never");
});

test("what is wrong is named as the request names it", async () => {
  const orderId = randomUUID();
  const order = {
    description: "Mine",
    currency: "USD",
    items: [{ description: "One", quantity: 1, amountMinor: "5" }],
  };
  const put = await contract.call("PUT /api/orders/[id]", { as: "mia", path: { id: orderId }, json: order });
  expect(put.status).toBe(201);
  const key = await contract.issue("mia", { kind: "order", orderId });
  const json = { orderId, amountMinor: "5", currency: "USD" };
  const refused = await contract.call("POST /api/payments", { as: "mia", key, json });
  expectProblem(refused, "invalid-request", "no", "same-key");
  expect(refused.body).toMatchObject({ errors: [{ pointer: "/orderId" }] });
});

test("a key is issued, found, looked at, settled and revoked", async () => {
  const purpose = { kind: "transfer", intentId: randomUUID() };
  const json = { purpose };
  const created = await contract.call("POST /api/idempotency-keys", { as: "alice", json });
  const found = await contract.call("POST /api/idempotency-keys", { as: "alice", json });
  expect([created.status, found.status]).toEqual([201, 200]);
  const { key } = created.body as { key: string };
  expect(found.body).toMatchObject({ key });

  const look = (of: string) =>
    contract.call("GET /api/idempotency-keys/[key]", { as: "alice", path: { key: of } });
  const revoke = (of: string) =>
    contract.call("DELETE /api/idempotency-keys/[key]", { as: "alice", path: { key: of } });
  expect((await look(key)).body).toEqual({ state: "open" });
  await contract.call("POST /api/payments", { as: "alice", key, json: { payee: "bob", ...MONEY } });
  expect((await look(key)).body).toMatchObject({ state: "settled", payment: { id: key } });
  expect((await revoke(key)).body).toMatchObject({ state: "settled", payment: { id: key } });
  const settled = await contract.call("POST /api/idempotency-keys", { as: "alice", json });
  expect(settled.body).toMatchObject({ state: "settled", payment: { id: key } });
  const given = await transferKey();
  expect((await revoke(given)).body).toEqual({ state: "void" });
  expect((await look(given)).body).toEqual({ state: "void" });
  for (const answer of [await look("no-key"), await revoke("no-key")])
    expectProblem(answer, "idempotency-key-malformed", "unknown", "same-key");

  const nowhere = { purpose: { kind: "order", orderId: randomUUID() } };
  const unknownOrder = await contract.call("POST /api/idempotency-keys", { as: "alice", json: nowhere });
  expectProblem(unknownOrder, "not-found", "unknown", "never");
});

test("whoever holds too many open keys is asked to wait", async () => {
  const omar = await userIdOf("omar");
  try {
    await books()`
      insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
      select ${omar}, gen_random_uuid(), 'transfer', gen_random_uuid(), now() + interval '1 hour', database_identity()
        from generate_series(1, 2000)`;
    const json = { purpose: { kind: "transfer", intentId: randomUUID() } };
    const answer = await contract.call("POST /api/idempotency-keys", { as: "omar", json });
    expectProblem(answer, "rate-limited", "unknown", "same-key");
  } finally {
    await books()`delete from idempotency_keys where user_id = ${omar}`;
  }
});

test("whose account is frozen neither pays nor pays back, and the same keys do once it is released", async ({
  baseURL,
}) => {
  const freeze = (isFrozen: boolean) =>
    books()`
      update ledger_accounts set closed_at = ${isFrozen ? new Date() : null}
       where owner_id in (select id from users where handle in ('alice', 'mia'))`;
  const orderId = await newOrder(baseURL ?? "");
  const paid = await contract.issue("alice", { kind: "order", orderId });
  const order = { as: "alice", key: paid, json: { orderId, amountMinor: "3800", currency: "USD" } };
  const waiting = await transferKey();
  const transfer = { as: "alice", key: waiting, json: { payee: "bob", ...MONEY } };
  expect((await contract.call("POST /api/payments", order)).status).toBe(201);
  const back = await contract.issue("mia", { kind: "refund", paymentId: paid, intentId: randomUUID() });
  const refund = { as: "mia", key: back, path: { id: paid }, json: { amountMinor: "100" } };
  try {
    await freeze(true);
    expectProblem(await contract.call("POST /api/payments", transfer), "account-frozen", "no", "same-key");
    expectProblem(
      await contract.call("POST /api/payments/[id]/refunds", refund),
      "account-frozen",
      "no",
      "same-key",
    );
  } finally {
    await freeze(false);
  }
  expect((await contract.call("POST /api/payments", transfer)).status).toBe(201);
  expect((await contract.call("POST /api/payments/[id]/refunds", refund)).status).toBe(201);
});

test("an order is put once, read, cancelled, or paid and kept", async ({ baseURL }) => {
  const id = randomUUID();
  const order = BODIES["PUT /api/orders/[id]"];
  const put = (json: unknown) => contract.call("PUT /api/orders/[id]", { as: "mia", path: { id }, json });
  expect((await put(order)).status).toBe(201);
  expect((await put(order)).status).toBe(200);
  expectProblem(await put({ ...(order as object), description: "Other" }), "order-conflict", "no", "never");
  const at = (of: string) => ({ as: "mia", path: { id: of } });
  expect((await contract.call("GET /api/orders/[id]", at(id))).body).toMatchObject({ state: "open" });
  expect((await contract.call("DELETE /api/orders/[id]", at(id))).body).toMatchObject({ state: "cancelled" });
  for (const route of ["GET /api/orders/[id]", "DELETE /api/orders/[id]"] as const)
    expectProblem(await contract.call(route, at(randomUUID())), "not-found", "unknown", "never");

  const paid = await newOrder(baseURL ?? "");
  const key = await contract.issue("alice", { kind: "order", orderId: paid });
  const json = { orderId: paid, amountMinor: "3800", currency: "USD" };
  await contract.call("POST /api/payments", { as: "alice", key, json });
  expectProblem(await contract.call("DELETE /api/orders/[id]", at(paid)), "order-conflict", "no", "never");
  expect((await contract.call("GET /api/orders/[id]", at(paid))).body).toMatchObject({
    state: "paid",
    paidBy: { paymentId: key },
  });
  const payment = await contract.call("GET /api/payments/[id]", { as: "mia", path: { id: key } });
  expect(payment.body).toMatchObject({ id: key, orderId: paid });
});

test("an order as large as any may be is taken, in the longest way to write it", async () => {
  const description = "\u{1F600}".repeat(200);
  const item = { description, quantity: 100_000, amountMinor: "100000000000" };
  const order = {
    description,
    currency: "USD",
    items: Array(100).fill(item),
    expiresAt: "2999-12-31T23:59:59.999Z",
  };
  // As programs write that keep to ASCII.
  const raw = JSON.stringify(order, null, 2).replaceAll(
    /[^\n -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
  const put = await contract.call("PUT /api/orders/[id]", { as: "mia", path: { id: randomUUID() }, raw });
  expect(put.body).toMatchObject({ description, totalMinor: "1000000000000000000" });
});

test("lists are turned page by page, and say what is wrong with how they are asked", async () => {
  for (const [name, as, member] of [
    ["GET /api/payments", "alice", "payments"],
    ["GET /api/orders", "mia", "orders"],
  ] as const) {
    const page = async (query: string) => {
      const { body } = await contract.call(name, { as, query });
      return body as Record<typeof member, { id: string }[]> & { nextCursor: string | null };
    };
    const whole = await page("?limit=100");
    const first = await page("?limit=1");
    const second = await page(`?cursor=${first.nextCursor}&limit=1`);
    expect([...first[member], ...second[member]]).toEqual(whole[member].slice(0, 2));
    const elsewhere = await contract.call(
      name === "GET /api/orders" ? "GET /api/payments" : "GET /api/orders",
      {
        as: "mia",
        query: `?cursor=${first.nextCursor}`,
      },
    );
    expectProblem(elsewhere, "invalid-request", "unknown", "same-key");
    for (const query of ["?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?limit=1&limit=2", "?page=2"])
      expectProblem(await contract.call(name, { as, query }), "invalid-request", "unknown", "same-key");
  }
});

test("the rest is read", async () => {
  await contract.call("GET /api/accounts", { as: "alice" });
  await contract.call("GET /api/health/live");
  await contract.call("GET /api/health/ready");
  const metrics = await contract.call("GET /api/metrics", { as: "omar" });
  expect(metrics.text).toMatch(/^once_payment_requests_total\{channel="api",verdict="paid"\} [1-9]/m);
  const { body } = await contract.call("GET /api/openapi.json");
  expect(body).toMatchObject({ openapi: "3.1.1" });
  const nothing = await contract.call("GET /api/payments/[id]", { as: "alice", path: { id: randomUUID() } });
  expectProblem(nothing, "not-found", "no", "never");
});

test("nothing in the reference was left out but what only faults provoke", () => {
  const missing = [...DOCUMENTED].filter((answer) => {
    const problem = answer.split(" ")[3] ?? "";
    const isExempt = BY_FAULTS.has(problem) || OUT_OF_REACH.has(answer);
    return !isExempt && !contract.met.has(answer);
  });
  expect(missing).toEqual([]);
  // The exemptions are real: what is in reach is not on the list, and what is on it is documented.
  for (const answer of OUT_OF_REACH.keys()) {
    expect(DOCUMENTED).toContain(answer);
    expect(contract.met).not.toContain(answer);
  }
  for (const problem of BY_FAULTS) expect(Object.keys(PROBLEMS)).toContain(problem);
});
