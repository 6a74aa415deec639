/** One call pays under one key, and takes for its payment only what the server says this very request has made. */
import { describe, expect, test } from "vitest";
import {
  faultServer,
  INTENT_ID,
  issued,
  KEY,
  ORDER,
  OTHER_KEY,
  paid,
  paymentWith,
  replayed,
  reusedOf,
  type ScriptedResponse,
  scriptedProblem,
  settledBy,
} from "./fault-server.ts";

const { server, clientWith, payments } = faultServer();

describe("what has paid the purpose is not taken for what was asked", () => {
  test("this request is sent under the key of the payment found, and told as paid where it is the same", async () => {
    server.script.push(settledBy(paymentWith(OTHER_KEY)), replayed(OTHER_KEY));
    expect(await clientWith().payOrder(ORDER)).toEqual({
      type: "paid",
      key: OTHER_KEY,
      payment: paymentWith(OTHER_KEY),
      isReplay: true,
    });
    expect(payments()).toEqual([
      { method: "POST", path: "/api/payments", key: `"${OTHER_KEY}"`, body: JSON.stringify(ORDER) },
    ]);
  });

  test.each([
    ["where the purpose was paid before this call", settledBy(paymentWith(KEY))],
    ["where another request was quicker with the same key", issued(KEY)],
  ])("and as already paid where the payment is another: %s", async (_when, first) => {
    server.script.push(first, "drop", reusedOf(paymentWith(KEY)));
    const outcome = await clientWith().payOrder(ORDER);
    expect(outcome).toEqual({ type: "already-paid", key: KEY, payment: paymentWith(KEY) });
    expect(payments()).toHaveLength(2);
  });

  test("nor under a key that the caller had", async () => {
    server.script.push(reusedOf(paymentWith(KEY)));
    const outcome = await clientWith().payOrder(ORDER, { key: KEY });
    expect(outcome).toEqual({ type: "already-paid", key: KEY, payment: paymentWith(KEY) });
  });

  test("a decline of another request under the key is told as no decline of this one", async () => {
    server.script.push(issued(), reusedOf(paymentWith(KEY, "declined")));
    expect(await clientWith().payOrder(ORDER)).toMatchObject({
      type: "refused",
      key: KEY,
      problem: {
        type: "/problems/idempotency-key-reused",
        moneyMoved: "no",
        payment: { status: "declined" },
      },
    });
  });

  test("where nobody answers under that key, it is unknown", async () => {
    server.script.push(settledBy(paymentWith(KEY)), ...Array<ScriptedResponse>(6).fill("drop"));
    expect(await clientWith().payOrder(ORDER)).toMatchObject({ type: "unknown", key: KEY, why: "tries" });
  });

  const others: [string, ScriptedResponse][] = [
    ["a decline", settledBy(paymentWith(KEY, "declined"))],
    ["the payment of another order", settledBy({ ...paymentWith(KEY), orderId: INTENT_ID })],
    ["a payment of another kind", settledBy({ ...paymentWith(KEY), kind: "transfer" })],
    ["the key of another purpose", issued(KEY, { kind: "order", orderId: INTENT_ID })],
    ["a key without its purpose", { status: 201, body: { key: KEY, state: "open" } }],
    ["a captive portal's page", { status: 200, body: "<h1>Welcome</h1>" }],
  ];
  test.each(others)("an answer to issuing that has %s is none", async (_what, reaction) => {
    server.script.push(reaction, issued(OTHER_KEY), paid(OTHER_KEY));
    expect(await clientWith().payOrder(ORDER)).toMatchObject({ type: "paid", key: OTHER_KEY });
    expect(server.received.map(({ path }) => path)).toEqual([
      "/api/idempotency-keys",
      "/api/idempotency-keys",
      "/api/payments",
    ]);
  });
});

describe("an answer about another payment than was asked for is none:", () => {
  const declined = (members: object) =>
    scriptedProblem("declined", {
      declineCode: "insufficient_funds",
      payment: { ...paymentWith(KEY, "declined"), ...members },
    });
  const success = (members: object) => ({ status: 201, body: { ...paymentWith(KEY), ...members } });
  const others: [string, ScriptedResponse][] = [
    ["another amount", success({ amountMinor: "3801" })],
    ["another currency", success({ currency: "EUR" })],
    ["another order", success({ orderId: OTHER_KEY })],
    ["another kind", success({ kind: "transfer" })],
    ["a decline of another amount", declined({ amountMinor: "3801" })],
  ];
  test.each(others)("%s", async (_what, reaction) => {
    server.script.push(reaction, paid());
    expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({ type: "paid" });
    expect(payments()).toHaveLength(2);
  });
});

describe("a key that is void is a final no: nothing is paid under another one", () => {
  const isVoid = scriptedProblem("idempotency-key-void");

  test("where the caller gave it", async () => {
    server.script.push(isVoid, issued(OTHER_KEY), paid(OTHER_KEY));
    expect(await clientWith().payOrder(ORDER, { key: KEY })).toEqual({ type: "void", key: KEY });
    expect(server.received).toHaveLength(1);
  });

  test("where this call got it: who revoked it meanwhile was told that it never pays", async () => {
    server.script.push(issued(), "drop", isVoid, issued(OTHER_KEY), paid(OTHER_KEY));
    expect(await clientWith().payOrder(ORDER)).toEqual({ type: "void", key: KEY });
    expect(payments().map(({ key }) => key)).toEqual([`"${KEY}"`, `"${KEY}"`]);
    expect(server.received).toHaveLength(3);
  });
});

describe("a key", () => {
  test("is written in capitals by some, and is the same", async () => {
    server.script.push(paid(), { status: 200, body: { state: "settled", payment: paymentWith(KEY) } });
    const client = clientWith();
    expect(await client.payOrder(ORDER, { key: KEY.toUpperCase() })).toMatchObject({
      type: "paid",
      key: KEY,
    });
    expect(await client.keyState(KEY.toUpperCase())).toMatchObject({ value: { state: "settled" } });
  });

  test("that cannot be issued leaves it unknown, with nothing sent by this call", async () => {
    server.script.push(...Array<ScriptedResponse>(6).fill("drop"));
    expect(await clientWith().payOrder(ORDER)).toMatchObject({
      type: "unknown",
      key: undefined,
      why: "tries",
    });
    expect(payments()).toEqual([]);
  });

  test("is issued for what the call is about", async () => {
    const client = clientWith();
    const money = { amountMinor: "100", currency: "USD" };
    const purposes = [
      { kind: "transfer", intentId: INTENT_ID },
      { kind: "refund", paymentId: OTHER_KEY, intentId: INTENT_ID },
      { kind: "top-up", intentId: INTENT_ID },
    ];
    const payment = { ...paymentWith(KEY), ...money, orderId: undefined };
    const refund = { ...payment, kind: "refund", refundOf: OTHER_KEY, note: "Torn" };
    const answers = [
      [{ ...payment, kind: "transfer" }],
      [payment, { ...refund, note: "No" }, refund],
      [{ ...payment, kind: "top-up" }],
    ];
    for (const [n, purpose] of purposes.entries()) {
      const bodies = answers[n] ?? [];
      server.script.push(issued(KEY, purpose), ...bodies.map((body) => ({ status: 201, body })));
    }
    await client.transfer({ intentId: INTENT_ID, payee: "bob", ...money });
    await client.refund({ intentId: INTENT_ID, paymentId: OTHER_KEY, reason: "Torn" });
    await client.topUp({ intentId: INTENT_ID, ...money });
    expect(server.received.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ["/api/idempotency-keys", { purpose: purposes[0] }],
      ["/api/payments", { payee: "bob", ...money }],
      ["/api/idempotency-keys", { purpose: purposes[1] }],
      // Again, because what came first was no refund, and then one with another reason.
      [`/api/payments/${OTHER_KEY}/refunds`, { reason: "Torn" }],
      [`/api/payments/${OTHER_KEY}/refunds`, { reason: "Torn" }],
      [`/api/payments/${OTHER_KEY}/refunds`, { reason: "Torn" }],
      ["/api/idempotency-keys", { purpose: purposes[2] }],
      ["/api/top-ups", money],
    ]);
  });
});
