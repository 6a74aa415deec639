import { describe, expect, test } from "vitest";
import { problem } from "../api/problems.ts";
import {
  declined,
  fastClock,
  faultServer,
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
} from "./fault-server.ts";

const { server, clientWith, payments } = faultServer();

describe("the same request with the same key is sent again", () => {
  const reactions: [string, ScriptedResponse][] = [
    ["the connection ended after the request had arrived", "drop"],
    ["the payment is in progress", scriptedProblem("payment-in-progress")],
    ["there were too many requests", scriptedProblem("rate-limited")],
    ["the service was unavailable", scriptedProblem("unavailable")],
    ["the outcome was unknown", scriptedProblem("outcome-unknown")],
    ["the service was broken", scriptedProblem("internal-error")],
    ["a proxy answered with a page", { status: 502, body: "<h1>Bad Gateway</h1>" }],
    ["a problem came under another status", { status: 502, body: problem("not-found") }],
    ["a captive portal answered 200", { status: 200, body: "<h1>Welcome</h1>" }],
    ["the answer was about another payment", paid(OTHER_KEY)],
    ["the answer was cut in half", { status: 201, body: JSON.stringify(paymentWith(KEY)).slice(0, 217) }],
    ["the answer was cut to nothing", { status: 201, body: "" }],
    ["the answer was cut to what still parses", { status: 201, body: "2" }],
    ["half of the payment was missing", { status: 201, body: { ...paymentWith(KEY), settledAt: undefined } }],
    ["a decline came as a success", { status: 201, body: paymentWith(KEY, "declined") }],
    ["a payment came with another success", { status: 200, body: paymentWith(KEY) }],
    ["a success came as a decline", scriptedProblem("declined", { payment: paymentWith(KEY) })],
    ["a complaint carried another payment", reusedOf(paymentWith(OTHER_KEY))],
    ["a complaint carried half a payment", scriptedProblem("invalid-request", { payment: { id: KEY } })],
    ["a complaint said that money moved, and not which", scriptedProblem("not-found", { moneyMoved: "yes" })],
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
    server.script.push("drop", replayed());
    expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({ type: "paid", isReplay: true });
  });
});

describe("waiting", () => {
  test("lasts at least as long as Retry-After says", async () => {
    const clock = fastClock(0.5);
    server.script.push(scriptedProblem("rate-limited", {}, { "retry-after": "7" }), paid());
    await clientWith({ clock }).payOrder(ORDER, { key: KEY });
    expect(clock.waits).toEqual([7_000 + 125]);
  });

  test("is a random part of a time that doubles up to a limit", async () => {
    const clock = fastClock(0.5);
    server.script.push(...Array<ScriptedResponse>(7).fill("drop"), paid());
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
    server.script.push(scriptedProblem("unavailable", {}, { "retry-after": "3600" }));
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
    server.script.push(...Array<ScriptedResponse>(9).fill("drop"));
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
      server.script.push(scriptedProblem(name));
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
      server.script.push(scriptedProblem(name));
      expect(await clientWith().payOrder(ORDER, { key: KEY })).toMatchObject({
        type: "refused",
        problem: { type: `/problems/${name}`, retry: "same-key" },
      });
      expect(server.received).toHaveLength(1);
    },
  );
});

describe("revoking", () => {
  test("is asked again until it is decided, and never takes open for an answer", async () => {
    server.script.push(scriptedProblem("unavailable"), { status: 200, body: { state: "open" } });
    server.script.push({ status: 200, body: { state: "void" } });
    expect(await clientWith().revokeKey(KEY)).toEqual({ type: "ok", status: 200, value: { state: "void" } });
    expect(server.received).toHaveLength(3);
  });
});

describe("what is read", () => {
  test("is what was asked for, or no answer", async () => {
    const client = clientWith();
    server.script.push(paid(OTHER_KEY), { status: 200, body: paymentWith(KEY) });
    expect(await client.payment(KEY)).toMatchObject({ type: "ok", value: { id: KEY } });
    const order = (id: string) => ({ status: 200, body: { id, totalMinor: "1" } });
    for (const ask of [client.order, client.cancelOrder]) {
      server.script.push(order(OTHER_KEY), order(KEY));
      expect(await ask(KEY)).toMatchObject({ type: "ok", value: { id: KEY } });
    }
    expect(server.script).toEqual([]);
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
