import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { GET as live } from "@/app/api/health/live/route";
import { POST as issue } from "@/app/api/idempotency-keys/route";
import { POST as payOverHttp } from "@/app/api/payments/route";
import { POST as payByForm } from "@/app/checkout/[orderId]/pay/route";
import { payNow } from "@/app/pay-action";
import { flushAttempts } from "@/db/attempts/record";
import { flushUses } from "@/db/identity/api-key-last-used";
import { testDatabase } from "@/db/testing/fixtures/database";
import { balanceOf, keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { permissionsOf, SCOPES } from "@/lib/identity/scopes";
import { auth } from "../identity/auth.ts";
import { newDeviceCookie } from "../identity/device-cookie.ts";
import { countAttempt, uncountAttempt } from "../identity/sign-in-limits.ts";
import { HEADERS } from "../openapi/headers.ts";
import { consumeQuota, rateLimitHeaders } from "./rate-limits.ts";

/** The address that this request was marked with; outside a server nobody marks one. */
const marked = vi.hoisted(() => ({ address: undefined as string | undefined }));
vi.mock("./node-server/client-address.ts", () => ({
  clientAddressOf: () => marked.address,
  shownAddressOf: () => marked.address ?? "",
}));
/** Who the server action finds signed in; outside Next.js there is no session to read. */
const session = vi.hoisted(() => ({ viewer: undefined as unknown }));
vi.mock("next/headers", () => ({ headers: async () => new Headers({ "sec-fetch-site": "same-origin" }) }));
vi.mock("../identity/viewer.ts", async (original) => ({
  ...(await original<typeof import("../identity/viewer.ts")>()),
  getViewer: async () => session.viewer,
}));

const test = testDatabase();
const noParams = { params: Promise.resolve({}) };
const PER_IDENTITY = 5;
const PER_ADDRESS = 8;

beforeAll(() => {
  vi.stubEnv("BETTER_AUTH_SECRET", "a secret for tests, of more than 32 characters");
  vi.stubEnv("DATABASE_URL", "postgres://unused@127.0.0.1/unused");
  vi.stubEnv("ONCE_REQUESTS_PER_MINUTE", String(PER_IDENTITY));
  vi.stubEnv("ONCE_ADDRESS_REQUESTS_PER_MINUTE", String(PER_ADDRESS));
});
beforeEach(() => {
  marked.address = undefined;
});
afterAll(async () => {
  await Promise.all([flushAttempts(), flushUses()]);
});

async function bearerOf(userId: string): Promise<string> {
  const { key } = await auth().api.createApiKey({
    body: { userId, name: "A program", permissions: permissionsOf(SCOPES) },
  });
  return `Bearer ${key}`;
}

async function newCheckout() {
  const payer = await newPerson(test.owner, 10_000n);
  const { orderId, purpose } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "1000");
  const key = await keyFor(payer.id, purpose);
  const authorization = await bearerOf(payer.id);
  const body = JSON.stringify({ orderId, amountMinor: "1000", currency: "USD" });
  const headers = { authorization, "content-type": "application/json", "idempotency-key": key };
  const pay = () =>
    payOverHttp(new Request("http://once.test/api/payments", { method: "POST", headers, body }), noParams);
  return { payer, key, pay, orderId, authorization };
}

describe("the limit of a user", () => {
  it("answers 429 past it, says when to come back and that nothing was looked at, and a key is not consumed", async () => {
    const { payer, key, pay } = await newCheckout();
    for (let count = 0; count < PER_IDENTITY; count += 1) await consumeQuota("identity", payer.id);
    const answer = await pay();
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(await answer.json()).toMatchObject({
      type: "/problems/rate-limited",
      moneyMoved: "unknown",
      retry: "same-key",
    });
    await flushAttempts();
    expect(await test.owner`select 1 from payment_attempts where key = ${key}`).toEqual([]);
    expect(await test.owner`select 1 from idempotency_keys where key = ${key}`).toHaveLength(1);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n);
  });

  it("is told with every answer, and counts down", async () => {
    const { pay } = await newCheckout();
    const [first, second] = [await pay(), await pay()];
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.headers.get("ratelimit-policy")).toBe('"identity";q=5;w=60');
    expect(first.headers.get("ratelimit")).toMatch(/^"identity";r=4;t=(60|59)$/);
    expect(second.headers.get("ratelimit")).toMatch(/^"identity";r=3;t=(60|59|58)$/);
    expect(await second.text()).toBe(await first.text());
  });

  it("is one user's alone, and the same for all of the user's keys", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const other = await newPerson(test.owner, 0n);
    const bearers = [await bearerOf(id), await bearerOf(id)];
    const ask = async (authorization: string) => {
      const headers = { authorization, "content-type": "application/json" };
      const request = new Request("http://once.test/api/idempotency-keys", {
        method: "POST",
        headers,
        body: "{}",
      });
      return (await issue(request, noParams)).status;
    };
    const statuses: number[] = [];
    for (let count = 0; count < PER_IDENTITY + 1; count += 1)
      statuses.push(await ask(bearers[count % 2] ?? ""));
    expect(statuses).toEqual([422, 422, 422, 422, 422, 429]);
    expect(await ask(await bearerOf(other.id))).toBe(422);
  });
});

describe("the other channels to pay through", () => {
  it("count on the same limit: the server action says how long to wait", async () => {
    const { payer, key, pay, orderId } = await newCheckout();
    session.viewer = { id: payer.id, role: "payer" };
    const press = () =>
      payNow({
        userId: payer.id,
        key,
        purpose: { kind: "order", orderId },
        payload: { orderId, amountMinor: "1000", currency: "USD" },
      });
    expect((await press()).status).toBe(201);
    for (let count = 1; count < PER_IDENTITY; count += 1) await pay();
    const answer = await press();
    expect(answer).toMatchObject({ status: 429, body: { type: "/problems/rate-limited" } });
    expect(answer).toHaveProperty("retryAfterSeconds", expect.any(Number));
    expect((await pay()).status).toBe(429);
  });

  it("the form without JavaScript leads back to itself, with the same key", async () => {
    const { payer, key, orderId, authorization } = await newCheckout();
    for (let count = 0; count < PER_IDENTITY; count += 1) await consumeQuota("identity", payer.id);
    const form = `idempotency_key=${key}&user=${payer.id}&amountMinor=1000&currency=USD`;
    const answer = await payByForm(
      new Request(`http://once.test/checkout/${orderId}/pay`, {
        method: "POST",
        headers: { authorization },
        body: new URLSearchParams(form),
      }),
      { params: Promise.resolve({ orderId }) },
    );
    expect([answer.status, answer.headers.get("location")]).toEqual([
      303,
      `/checkout/${orderId}/form?key=${key}&user=${payer.id}&amountMinor=1000&currency=USD&notice=unknown`,
    ]);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n);
  });
});

describe("the limit of an address", () => {
  it("holds before anybody is authenticated, and says so without a word about the caller", async () => {
    marked.address = "192.0.2.1";
    const ask = () =>
      issue(
        new Request("http://once.test/api/idempotency-keys", {
          method: "POST",
          headers: { authorization: "Bearer a-guess", "content-type": "application/json" },
        }),
        noParams,
      );
    const statuses: number[] = [];
    for (let count = 0; count < PER_ADDRESS; count += 1) statuses.push((await ask()).status);
    expect(new Set(statuses)).toEqual(new Set([401]));
    const answer = await ask();
    expect(answer.status).toBe(429);
    expect(answer.headers.get("ratelimit-policy")).toBe('"address";q=8;w=60');
    expect(answer.headers.get("ratelimit")).toMatch(/^"address";r=0;t=\d+$/);
    marked.address = "192.0.2.2";
    expect((await ask()).status).toBe(401);
  });

  it("never makes a healthy server look dead", async () => {
    marked.address = "192.0.2.3";
    for (let count = 0; count <= PER_ADDRESS; count += 1) await consumeQuota("address", marked.address);
    const answer = await live(new Request("http://once.test/api/health/live"), noParams);
    expect([answer.status, answer.headers.get("ratelimit")]).toEqual([200, null]);
  });
});

it("what is counted on several limits is told of each, as lists of structured fields", async () => {
  const both = [await consumeQuota("address", "192.0.2.4"), await consumeQuota("identity", "somebody")];
  const sent = rateLimitHeaders(both);
  expect(sent["ratelimit-policy"]).toBe('"address";q=8;w=60, "identity";q=5;w=60');
  for (const header of ["RateLimit-Policy", "RateLimit"] as const)
    expect(sent[header.toLowerCase()]).toMatch(new RegExp(HEADERS[header].schema.pattern));
});

describe("tries to sign in", () => {
  const headers = new Headers();
  const tryAs = (email: string) => countAttempt({ what: "sign-in", email, headers });

  it("are stopped for an e-mail after twenty failures, wherever they come from, and not for another", async () => {
    for (let count = 0; count < 20; count += 1) {
      marked.address = `198.51.100.${count}`;
      expect(await tryAs("eve@once.test")).toBeUndefined();
    }
    marked.address = "198.51.100.200";
    expect(await tryAs("eve@once.test")).toBe(15);
    expect(await tryAs("frank@once.test")).toBeUndefined();
  });

  it("are stopped for an address after sixty failures, at whichever e-mails", async () => {
    marked.address = "203.0.113.1";
    for (let count = 0; count < 60; count += 1) expect(await tryAs(`${count}@once.test`)).toBeUndefined();
    expect(await tryAs("grace@once.test")).toBe(15);
    marked.address = "203.0.113.2";
    expect(await tryAs("grace@once.test")).toBeUndefined();
  });

  it("of an address that is stopped use up nothing of anybody's account", async () => {
    marked.address = "203.0.113.5";
    for (let count = 0; count < 60; count += 1) await tryAs(`other-${count}@once.test`);
    for (let count = 0; count < 30; count += 1) expect(await tryAs("ivan@once.test")).toBe(15);
    marked.address = "203.0.113.6";
    expect(await tryAs("ivan@once.test")).toBeUndefined();
  });

  it("come through from a browser that is known to the account, though a stranger has used it up", async () => {
    const { name, value } = newDeviceCookie("judy@once.test");
    const from = (email: string, cookie: string) =>
      countAttempt({ what: "sign-in", email, headers: new Headers({ cookie }) });
    marked.address = "203.0.113.7";
    for (let count = 0; count < 60; count += 1) await tryAs("judy@once.test");
    expect(await tryAs("judy@once.test")).toBe(15);
    const known = `once.session=x; ${name}=${value}; other=y`;
    // Also where the stranger sits behind the same address.
    expect(await from("judy@once.test", known)).toBeUndefined();

    marked.address = "203.0.113.8";
    const forged = value.replace(/.$/, (last) => (last === "A" ? "B" : "A"));
    for (const cookie of [`${name}=${forged}`, `${name}=`, `${name}=.`, `${name}=x.${value.split(".")[1]}`])
      expect(await from("judy@once.test", cookie)).toBe(15);
    // To another account it says nothing.
    for (let count = 0; count < 20; count += 1) await tryAs("mallory@once.test");
    const moved = `${newDeviceCookie("mallory@once.test").name}=${value}`;
    expect(await from("mallory@once.test", `${known}; ${moved}`)).toBe(15);
  });

  it("from a known browser are stopped after twenty failures, too", async () => {
    const { name, value } = newDeviceCookie("kim@once.test");
    const one = {
      what: "sign-in",
      email: "kim@once.test",
      headers: new Headers({ cookie: `${name}=${value}` }),
    } as const;
    for (let count = 0; count < 20; count += 1) expect(await countAttempt(one)).toBeUndefined();
    expect(await countAttempt(one)).toBe(15);
    await uncountAttempt(one);
    await uncountAttempt(one);
    expect(await countAttempt(one)).toBeUndefined();
  });

  it("that succeed do not count", async () => {
    marked.address = "203.0.113.3";
    for (let count = 0; count < 100; count += 1) {
      expect(await tryAs("heidi@once.test")).toBeUndefined();
      await uncountAttempt({ what: "sign-in", email: "heidi@once.test", headers });
    }
  });

  it("to sign up are stopped for an address after thirty, whether they succeed or not", async () => {
    marked.address = "203.0.113.4";
    const signUp = () => countAttempt({ what: "sign-up", headers });
    for (let count = 0; count < 30; count += 1) expect(await signUp()).toBeUndefined();
    expect(await signUp()).toBe(60);
  });

  it.each(["sign-up", "account-mail"] as const)(
    "%s of a stranger uses up nothing of anybody else",
    async (what) => {
      marked.address = `203.0.113.${what === "sign-up" ? 5 : 6}`;
      for (let count = 0; count < 100; count += 1) await countAttempt({ what, headers });
      expect(await countAttempt({ what, headers })).toBe(60);
      marked.address = "203.0.113.7";
      expect(await countAttempt({ what, headers })).toBeUndefined();
    },
  );
});
