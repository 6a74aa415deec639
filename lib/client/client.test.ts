import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Payment } from "../payment.ts";
import { problem } from "../problems.ts";
import { type ClientConfig, onceClient } from "./client.ts";
import { fastClock, type Misbehaving, misbehave, problemReaction, type Reaction } from "./misbehaving.ts";

const KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
const OTHER_KEY = "019ab3c2-40d5-7dbd-bc93-6894a57f9325";
const ORDER = { orderId: "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11", amountMinor: "3800", currency: "USD" };
const PURPOSE = JSON.stringify({ purpose: { kind: "order", orderId: ORDER.orderId } });

function paymentWith(id: string, status: Payment["status"] = "succeeded"): Payment {
  const account = "3f1c8a52-7a4e-4a8d-9f0e-1d2c3b4a5968";
  return {
    id,
    kind: "order",
    status,
    amountMinor: "3800",
    currency: "USD",
    payerAccountId: account,
    payeeAccountId: account,
    orderId: ORDER.orderId,
    settledAt: "2026-03-02T09:41:07.218Z",
  };
}

const issued = (key = KEY): Reaction => ({ status: 201, body: { key, state: "open" } });
const paid = (key = KEY): Reaction => ({ status: 201, body: paymentWith(key) });
const declined = (retry: string) =>
  problemReaction("declined", {
    retry,
    declineCode: "insufficient_funds",
    payment: paymentWith(KEY, "declined"),
  });

let server: Misbehaving;
beforeEach(async () => {
  server = await misbehave();
});
afterEach(() => server.close());

function clientWith(config: Partial<ClientConfig> = {}) {
  return onceClient({ baseUrl: server.baseUrl, apiKey: "once_demo_alice", clock: fastClock(), ...config });
}

/** What arrived at the door where money moves: its keys and bodies. */
function payments() {
  return server.received.filter(({ path }) => path === "/api/payments");
}

describe("the same request with the same key is sent again", () => {
  const reactions: [string, Reaction][] = [
    ["the connection ended after the request had arrived", "drop"],
    ["the payment is in progress", problemReaction("payment-in-progress")],
    ["there were too many requests", problemReaction("rate-limited")],
    ["the service was unavailable", problemReaction("unavailable")],
    ["the outcome was unknown", problemReaction("outcome-unknown")],
    ["the service was broken", problemReaction("internal-error")],
    ["a proxy answered with a page", { status: 502, body: "<h1>Bad Gateway</h1>" }],
    ["a problem came under another status", { status: 502, body: problem("not-found") }],
    ["a captive portal answered 200", { status: 200, body: "<h1>Welcome</h1>" }],
    ["the answer was about another payment", paid(OTHER_KEY)],
    ["it was sent elsewhere", { status: 307, body: null, headers: { location: "/elsewhere" } }],
  ];
  test.each(reactions)("where %s", async (_when, reaction) => {
    server.script.push(issued(), reaction, paid());
    expect(await clientWith().payOrder(ORDER)).toEqual({
      type: "paid",
      key: KEY,
      payment: paymentWith(KEY),
      isReplay: false,
    });
    const sent = { method: "POST", path: "/api/payments", key: `"${KEY}"`, body: JSON.stringify(ORDER) };
    expect(payments()).toEqual([sent, sent]);
  });

  test("where a try hangs for longer than one may", async () => {
    server.script.push("hang", paid());
    const client = clientWith({ limits: { tryMs: 50 } });
    expect(await client.payOrder(ORDER, { key: KEY })).toMatchObject({ type: "paid" });
    expect(payments()).toHaveLength(2);
  });

  test("and an answer that was given before is told as such", async () => {
    server.script.push("drop", {
      status: 201,
      body: paymentWith(KEY),
      headers: { "idempotent-replayed": "true" },
    });
    expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({ type: "paid", isReplay: true });
  });
});

describe("waiting", () => {
  test("lasts at least as long as Retry-After says", async () => {
    const clock = fastClock(0.5);
    server.script.push(problemReaction("rate-limited", {}, { "retry-after": "7" }), paid());
    await clientWith({ clock }).payOrder(ORDER, { key: KEY });
    expect(clock.waits).toEqual([7_000 + 125]);
  });

  test("is a random part of a time that doubles up to a limit", async () => {
    const clock = fastClock(0.5);
    server.script.push(...Array<Reaction>(7).fill("drop"), paid());
    await clientWith({ clock, limits: { maxTries: 8 } }).payOrder(ORDER, { key: KEY });
    expect(clock.waits).toEqual([125, 250, 500, 1_000, 2_000, 4_000, 4_000]);
  });

  test("may be the last before the deadline, which is then its own", async () => {
    server.script.push("drop", issued(), paid());
    // The wall's clock tells parts of milliseconds, of which a timer knows nothing.
    const client = clientWith({ clock: { ...fastClock(), nowMs: () => performance.now() } });
    const outcome = await client.payOrder(ORDER, { deadlineMs: 2_000.5 });
    expect(outcome).toMatchObject({ type: "paid" });
  });

  test("is not begun where it would outlast the deadline", async () => {
    const clock = fastClock();
    server.script.push(problemReaction("unavailable", {}, { "retry-after": "3600" }));
    expect(await clientWith({ clock }).payOrder(ORDER, { key: KEY })).toMatchObject({
      type: "unknown",
      key: KEY,
      why: "deadline",
      retryAfterMs: 3_600_000,
      problem: { type: "/problems/unavailable" },
    });
    expect(clock.waits).toEqual([]);
  });
});

describe("asking ends", () => {
  test("after a bounded number of tries, as unknown and with the key", async () => {
    server.script.push(...Array<Reaction>(9).fill("drop"));
    expect(await clientWith({ limits: { maxTries: 4 } }).payOrder(ORDER, { key: KEY })).toEqual({
      type: "unknown",
      key: KEY,
      why: "tries",
      problem: undefined,
      retryAfterMs: undefined,
    });
    expect(payments()).toHaveLength(4);
  });

  test("when the caller aborts while an answer is awaited", async () => {
    server.script.push("hang");
    const controller = new AbortController();
    // The last try: what ended it is the caller, not the count.
    const client = clientWith({ limits: { maxTries: 1 } });
    const outcome = client.payOrder(ORDER, { key: KEY, signal: controller.signal });
    await server.arrived(1);
    controller.abort();
    expect(await outcome).toMatchObject({ type: "unknown", why: "aborted", key: KEY });
    expect(payments()).toHaveLength(1);
  });

  test("when the caller aborts while it waits for the next try", async () => {
    const controller = new AbortController();
    const clock = { ...fastClock(), sleep: async () => controller.abort() };
    server.script.push("drop", paid());
    const outcome = await clientWith({ clock }).payOrder(ORDER, { key: KEY, signal: controller.signal });
    expect(outcome).toMatchObject({ type: "unknown", why: "aborted" });
    expect(payments()).toHaveLength(1);
  });

  test.each(["new-key", "never"])("with a decline, which says %s and is not tried again", async (retry) => {
    server.script.push(issued(), declined(retry));
    expect(await clientWith().payOrder(ORDER)).toEqual({
      type: "declined",
      key: KEY,
      payment: paymentWith(KEY, "declined"),
      declineCode: "insufficient_funds",
      retry,
      isReplay: false,
    });
    expect(server.received).toHaveLength(2);
  });

  test.each(["not-found", "idempotency-key-reused", "order-conflict"] as const)(
    "with a problem that says never: %s",
    async (name) => {
      server.script.push(problemReaction(name));
      expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({
        type: "refused",
        key: KEY,
        problem: { type: `/problems/${name}`, retry: "never" },
      });
      expect(server.received).toHaveLength(1);
    },
  );

  test.each(["invalid-request", "amount-mismatch", "unauthenticated", "forbidden"] as const)(
    "with a problem that the same request would meet again: %s",
    async (name) => {
      server.script.push(problemReaction(name));
      expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({
        type: "refused",
        problem: { type: `/problems/${name}`, retry: "same-key" },
      });
      expect(server.received).toHaveLength(1);
    },
  );
});

describe("a new key", () => {
  const isVoid = problemReaction("idempotency-key-void");

  test("is issued for the same purpose where the one in hand is void", async () => {
    server.script.push(isVoid, issued(OTHER_KEY), paid(OTHER_KEY));
    expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({ type: "paid", key: OTHER_KEY });
    expect(server.received.map(({ path, key }) => [path, key])).toEqual([
      ["/api/payments", `"${KEY}"`],
      ["/api/idempotency-keys", undefined],
      ["/api/payments", `"${OTHER_KEY}"`],
    ]);
    expect(server.received[1]?.body).toBe(PURPOSE);
  });

  test("is not asked for without end", async () => {
    server.script.push(issued(), isVoid, issued(), isVoid, issued(), isVoid, issued(), isVoid);
    expect(await clientWith().payOrder(ORDER)).toMatchObject({
      type: "refused",
      problem: { type: "/problems/idempotency-key-void", moneyMoved: "no" },
    });
    expect(payments()).toHaveLength(3);
  });

  test("is not needed where the purpose is paid: the payment is told, and nothing sent", async () => {
    server.script.push({ status: 200, body: { state: "settled", payment: paymentWith(OTHER_KEY) } });
    expect(await clientWith().payOrder(ORDER)).toMatchObject({
      type: "paid",
      key: OTHER_KEY,
      isReplay: true,
    });
    expect(payments()).toEqual([]);
  });

  test("that cannot be issued leaves it unknown, with nothing sent by this call", async () => {
    server.script.push(...Array<Reaction>(6).fill("drop"));
    expect(await clientWith().payOrder(ORDER)).toMatchObject({
      type: "unknown",
      key: undefined,
      why: "tries",
    });
    expect(payments()).toEqual([]);
  });

  test("is issued for what the call is about", async () => {
    const intentId = "8a6f2f0c-2d1b-4a7e-8a58-6f1c6a4f0b42";
    const client = clientWith();
    const money = { amountMinor: "100", currency: "USD" };
    server.script.push(issued(), paid(), issued(), paid(), issued(), paid());
    await client.transfer({ intentId, payee: "bob", ...money });
    await client.refund({ intentId, paymentId: OTHER_KEY });
    await client.topUp({ intentId, ...money });
    expect(server.received.map(({ path, body }) => [path, JSON.parse(body)])).toEqual([
      ["/api/idempotency-keys", { purpose: { kind: "transfer", intentId } }],
      ["/api/payments", { payee: "bob", ...money }],
      ["/api/idempotency-keys", { purpose: { kind: "refund", paymentId: OTHER_KEY, intentId } }],
      [`/api/payments/${OTHER_KEY}/refunds`, {}],
      ["/api/idempotency-keys", { purpose: { kind: "top-up", intentId } }],
      ["/api/top-ups", money],
    ]);
  });
});

describe("revoking", () => {
  test("is asked again until it is decided, and never takes open for an answer", async () => {
    server.script.push(problemReaction("unavailable"), { status: 200, body: { state: "open" } });
    server.script.push({ status: 200, body: { state: "void" } });
    expect(await clientWith().revokeKey(KEY)).toEqual({ type: "ok", status: 200, value: { state: "void" } });
    expect(server.received).toHaveLength(3);
  });
});

describe("lists", () => {
  test("are asked for a page at a time", async () => {
    const client = clientWith();
    server.script.push({ status: 200, body: { payments: [], nextCursor: null } });
    server.script.push({ status: 200, body: { orders: [], nextCursor: "next" } });
    expect(await client.payments({ cursor: "a&b", limit: 2 })).toMatchObject({ value: { nextCursor: null } });
    expect(await client.orders()).toMatchObject({ value: { nextCursor: "next" } });
    expect(server.received.map(({ path }) => path)).toEqual([
      "/api/payments?cursor=a%26b&limit=2",
      "/api/orders",
    ]);
  });

  test("that are cut short, or none of ours, are asked for again", async () => {
    const whole = { payments: [paymentWith(KEY)], nextCursor: null };
    const halves = [
      { payments: [paymentWith(KEY)] },
      { payments: [{}], nextCursor: null },
      { orders: [], nextCursor: null },
    ];
    for (const body of [...halves, whole]) server.script.push({ status: 200, body });
    expect(await clientWith().payments()).toEqual({ type: "ok", status: 200, value: whole });
    server.script.push({ status: 200, body: { orders: [{ id: KEY }], nextCursor: null } });
    server.script.push({ status: 200, body: { orders: [], nextCursor: null } });
    expect(await clientWith().orders()).toMatchObject({ value: { orders: [] } });
    server.script.push({ status: 200, body: { accounts: [{ currency: "USD", balanceMinor: 1 }] } });
    server.script.push({ status: 200, body: { accounts: [] } });
    expect(await clientWith().accounts()).toMatchObject({ value: { accounts: [] } });
    expect(server.received).toHaveLength(halves.length + 5);
  });
});
