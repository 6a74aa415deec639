/**
 * What the channels say of failures. The rows of db/payments/failures.ts that a channel decides are provoked here, over HTTP;
 * and what goes wrong with the database is told as what it is.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { POST as payOverHttp } from "@/app/api/payments/route";
import { payNow } from "@/app/pay-action";
import { AttemptBuffer } from "@/db/attempts/buffer";
import { flushAttempts } from "@/db/attempts/record";
import { connect, type Database, setDatabase } from "@/db/connection/client";
import { keyState } from "@/db/idempotency/state";
import { FAILURES } from "@/db/payments/failures";
import { observeSettling } from "@/db/payments/observation";
import { SERVER_VERSION, testDatabase } from "@/db/testing/fixtures/database";
import { keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { settling, startWireProxy, type WireProxy } from "@/db/testing/proxies/wire-proxy";
import { PROBLEMS } from "@/lib/api/problems";
import { SCOPES } from "@/lib/identity/scopes";
import { problemOf } from "../http/responses.ts";
import type { Caller } from "../identity/viewer.ts";
import { ReceiptBuffer } from "../mail/receipts.ts";

/** Outside Next.js there is no session to read: a test says who has one, and the API's bearer keys are real. */
const session = vi.hoisted((): { caller?: Caller } => ({}));
vi.mock("@/server/identity/authorize", () => ({
  authorizeAction: async () => ({ ok: true, viewer: session.caller?.user }),
}));
vi.mock("../identity/viewer.ts", async (importActual) => {
  const actual = await importActual<typeof import("../identity/viewer.ts")>();
  return {
    ...actual,
    authenticate: async (headers: Headers) =>
      headers.has("cookie") ? session.caller : actual.authenticate(headers),
  };
});

const test = testDatabase();
let proxy: WireProxy;
let behindProxy: Database;

beforeAll(async () => {
  const url = new URL(test.appUrl);
  proxy = await startWireProxy(url.hostname, Number(url.port));
  url.port = String(proxy.port);
  behindProxy = connect(url.href, SERVER_VERSION);
});

afterAll(async () => {
  setDatabase(test.db);
  await flushAttempts();
  await behindProxy.close();
  await proxy.close();
});

beforeEach(() => setDatabase(test.db));
afterEach(() => {
  vi.restoreAllMocks();
  observeSettling("a test's", () => {});
});

/** Alice, an order of hers, its open key, and the request that pays it, with anything in it that a test wants otherwise. */
async function newCheckout() {
  const [user] = await test.owner<
    Caller["user"][]
  >`select id, name, email, handle, role from users where handle = 'alice'`;
  if (!user) throw new Error("Bug: the demo has no Alice.");
  session.caller = { user, scopes: SCOPES, via: "session" };
  const { orderId, purpose } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "10");
  const key = await keyFor(user.id, purpose);
  const body = { orderId, amountMinor: "10", currency: "USD" };
  const send = (headers: Record<string, string | undefined> = {}, sent: string = JSON.stringify(body)) => {
    const all = {
      authorization: "Bearer once_demo_alice",
      "content-type": "application/json",
      "idempotency-key": `"${key}"`,
      ...headers,
    };
    const kept = Object.entries(all).filter((header): header is [string, string] => header[1] !== undefined);
    const request = new Request("http://once.test/api/payments", {
      method: "POST",
      headers: kept,
      body: sent,
    });
    return payOverHttp(request, { params: Promise.resolve({}) });
  };
  const act = () => payNow({ userId: user.id, key, purpose, payload: body });
  return { user, key, purpose, orderId, body, send, act };
}

type Checkout = Awaited<ReturnType<typeof newCheckout>>;

const DOORS: Record<keyof typeof FAILURES.request, (checkout: Checkout) => Promise<Response>> = {
  "idempotency-key-missing": ({ send }) => send({ "idempotency-key": undefined }),
  "idempotency-key-malformed": ({ send }) => send({ "idempotency-key": '"not a key"' }),
  unauthenticated: ({ send }) => send({ authorization: "Bearer once_demo_nobody" }),
  forbidden: ({ send }) =>
    send({ authorization: undefined, cookie: "a session", origin: "https://elsewhere.test" }),
  "too-large": ({ send }) => send({}, JSON.stringify({ note: "x".repeat(300_000) })),
  "unsupported-media-type": ({ send }) => send({ "content-type": "text/plain" }),
  "invalid-request": ({ send, body }) => send({}, JSON.stringify({ ...body, amountMinor: "-10" })),
};

describe("rejected before settling is without effect, and the same key pays when it is put right:", () => {
  it.each(Object.keys(DOORS) as (keyof typeof DOORS)[])("%s", async (name) => {
    expect(FAILURES.request[name]).toEqual({ key: "open", disposition: "pass on", recorded: false });
    const checkout = await newCheckout();
    const answer = await DOORS[name](checkout);
    expect(answer.status).toBe(PROBLEMS[name].status);
    expect(await answer.json()).toMatchObject({ type: `/problems/${name}` });
    expect(await keyState(checkout.user.id, checkout.key)).toEqual({ state: "open" });
    const paid = await checkout.send();
    expect([paid.status, paid.headers.has("idempotent-replayed")]).toEqual([201, false]);
  });
});

describe("what the action was never meant to be called with is refused, and nothing is executed:", () => {
  const call = payNow as (input?: unknown) => ReturnType<typeof payNow>;
  const NOTHING: [string, unknown][] = [
    ["nothing", undefined],
    ["null", null],
    ["a number", 1],
    ["a big integer", 1n],
    ["a list", [1]],
    ["a map", new Map([["userId", "x"]])],
    ["a form", new FormData()],
    ["a promise", Promise.resolve({})],
    ["an object of nothing", Object.create(null)],
  ];
  it.each(NOTHING)("%s is nobody's form", async (_what, input) => {
    await newCheckout();
    expect(await call(input)).toMatchObject({ status: 401, body: { type: "/problems/unauthenticated" } });
  });

  it.each([
    10,
    10n,
    Number.NaN,
    new Date(Number.NaN),
    ["10"],
    new Map(),
    new Set(["10"]),
    Symbol("10"),
    undefined,
  ])("an amount of %s", async (amountMinor) => {
    const { user, key, purpose, body } = await newCheckout();
    expect(
      await call({ userId: user.id, key, purpose, payload: { ...body, amountMinor, extra: new Map() } }),
    ).toMatchObject({
      status: 422,
      body: { type: "/problems/invalid-request", moneyMoved: "no" },
    });
    expect(await keyState(user.id, key)).toEqual({ state: "open" });
  });
});

const AFTERWARDS: Record<keyof typeof FAILURES.afterwards, () => void> = {
  "Recording the attempt": () => {
    vi.spyOn(AttemptBuffer.prototype, "add").mockImplementation(() => {
      throw new Error("A test's.");
    });
  },
  "Mailing the receipt": () => {
    vi.spyOn(ReceiptBuffer.prototype, "add").mockImplementation(() => {
      throw new Error("A test's.");
    });
  },
  "Counting what was settled": () => {
    observeSettling("a test's", () => {
      throw new Error("A test's.");
    });
  },
};

describe("failing after the outcome changes no answer, and is told to the log:", () => {
  it.each(Object.keys(AFTERWARDS) as (keyof typeof AFTERWARDS)[])("%s", async (what) => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    const [well, failing] = [await newCheckout(), await newCheckout()];
    const expected = { http: await well.send(), action: await well.act() };
    AFTERWARDS[what]();
    const http = await failing.send();
    expect(http.status).toBe(expected.http.status);
    const [told, toldWell] = [await http.json(), await expected.http.json()];
    expect(Object.keys(told)).toEqual(Object.keys(toldWell));
    expect(await failing.act()).toEqual({ status: 201, body: told, replayed: true });
    expect(warn).toHaveBeenCalledWith(expect.stringContaining(what), expect.any(Error));
  });
});

describe("what goes wrong with the database", () => {
  const unknown = { moneyMoved: "unknown", retry: "same-key" };

  it.each(["HTTP", "the action"])("after a statement was sent is outcome-unknown (%s)", async (channel) => {
    const { key, send, act } = await newCheckout();
    setDatabase(behindProxy);
    const before = proxy.fired();
    proxy.arm({ point: "after-commit", kind: "cut", matching: settling(key), times: 3 });
    if (channel === "HTTP") {
      const told = await send();
      expect(told.status).toBe(503);
      expect(told.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
      expect(told.headers.get("content-type")).toBe("application/problem+json");
      expect(told.headers.get("cache-control")).toBe("no-store");
      expect(await told.json()).toMatchObject({ type: "/problems/outcome-unknown", ...unknown });
    } else {
      expect(await act()).toMatchObject({
        status: 503,
        body: { type: "/problems/outcome-unknown", ...unknown },
      });
    }
    expect(proxy.fired() - before).toBe(3);
    // It had been paid at the first of these tries.
    const found = await send();
    expect([found.status, found.headers.get("idempotent-replayed")]).toEqual([201, "true"]);
  });

  it("before anything was sent is unavailable, and the key is still open", async () => {
    const { user, key, orderId, send, act } = await newCheckout();
    setDatabase(behindProxy);
    // What the order is about is read first; it is the first statement that carries the order's id.
    const before = proxy.fired();
    const cutOnce = () => proxy.arm({ point: "before-statement", kind: "cut", matching: orderId, times: 1 });
    cutOnce();
    const overHttp = await send();
    expect(proxy.fired() - before).toBe(1);
    expect(overHttp.status).toBe(503);
    expect(overHttp.headers.get("retry-after")).toMatch(/^[1-9]\d*$/);
    expect(await overHttp.json()).toMatchObject({ type: "/problems/unavailable", ...unknown });
    cutOnce();
    expect(await act()).toMatchObject({ status: 503, body: { type: "/problems/unavailable", ...unknown } });
    expect(await keyState(user.id, key)).toEqual({ state: "open" });
    expect((await send()).status).toBe(201);
  });

  it("that cannot be reached at all is unavailable", async () => {
    const { send, act } = await newCheckout();
    const url = new URL(test.appUrl);
    url.port = String(await closedPort());
    const nobody = connect(url.href, SERVER_VERSION);
    setDatabase(nobody);
    const overHttp = await send();
    expect([overHttp.status, await overHttp.json()]).toMatchObject([503, { type: "/problems/unavailable" }]);
    expect(await act()).toMatchObject({ status: 503, body: { type: "/problems/unavailable" } });
    await nobody.close();
  });

  it("is told the same where start-up and routes are bundled apart, each with classes of its own", async () => {
    vi.spyOn(console, "warn").mockImplementation(() => {});
    vi.resetModules();
    const [{ PaymentInProgress, Unavailable }, { OutcomeUnknown }] = [
      await import("@/db/payments/batching/pending-entry"),
      await import("@/db/execution/until-known"),
    ];
    // What it was at one try is definitive; of all of them nothing is known.
    const cause = Object.assign(new Error("A test's."), { code: "22000" });
    expect(
      [
        new Unavailable("A test's."),
        new PaymentInProgress("A test's."),
        new OutcomeUnknown("A test's.", { cause }),
      ].map((error) => problemOf(error).type),
    ).toEqual(["/problems/unavailable", "/problems/payment-in-progress", "/problems/outcome-unknown"]);
  });

  it("that is a bug of ours is internal-error, and promises nothing about the money", async () => {
    const { key, user, act } = await newCheckout();
    await test.owner.unsafe("alter function settle_payments_v1 rename to settle_payments_gone");
    const told = await act();
    await test.owner.unsafe("alter function settle_payments_gone rename to settle_payments_v1");
    expect(told).toMatchObject({ status: 500, body: { type: "/problems/internal-error", ...unknown } });
    expect(await keyState(user.id, key)).toEqual({ state: "open" });
  });
});

/** A port that nobody listens on: the proxy's, of one that was closed. */
async function closedPort(): Promise<number> {
  const once = await startWireProxy("127.0.0.1", 1);
  await once.close();
  return once.port;
}
