import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { GET as accounts } from "@/app/api/accounts/route";
import { POST as issue } from "@/app/api/idempotency-keys/route";
import { POST as payOverHttp } from "@/app/api/payments/route";
import { POST as payByForm } from "@/app/checkout/[orderId]/pay/route";
import { GET as exportPayments } from "@/app/payments/export.csv/route";
import { POST as checkTransfer } from "@/app/send/[intentId]/check/route";
import { flushAttempts } from "@/db/attempts/record";
import { flushUses } from "@/db/identity/api-key-last-used";
import { hashOfApiKey, listApiKeys } from "@/db/identity/api-keys";
import { pay } from "@/db/payments/pay";
import { DEMO_PASSWORD } from "@/db/setup/seed";
import { testDatabase } from "@/db/testing/fixtures/database";
import {
  balanceOf,
  keyFor,
  newOrder,
  newPerson,
  transferKey,
  transferTo,
} from "@/db/testing/fixtures/people";
import { permissionsOf, SCOPES, type Scope } from "@/lib/identity/scopes";
import { auth } from "./auth.ts";
import { type RouteName, scopeOf } from "./policy.ts";

const test = testDatabase();
beforeAll(() => vi.stubEnv("BETTER_AUTH_SECRET", "a secret for tests, of more than 32 characters"));
afterAll(async () => {
  await Promise.all([flushAttempts(), flushUses()]);
});

/** Outside Next.js there is no request to read a language or a zone from. */
vi.mock("next-intl/server", () => ({ getTimeZone: async () => "UTC", getLocale: async () => "en" }));

const noParams = { params: Promise.resolve({}) };

async function makeKey(userId: string, scopes: readonly Scope[]): Promise<{ id: string; key: string }> {
  return auth().api.createApiKey({
    body: { userId, name: "A program", permissions: permissionsOf(scopes) },
  });
}

function getAccounts(headers: Record<string, string>): Promise<Response> {
  return accounts(new Request("http://once.test/api/accounts", { headers }), noParams);
}

async function statusWith(key: string): Promise<number> {
  return (await getAccounts({ authorization: `Bearer ${key}` })).status;
}

/** The cookies of a fresh session of Alice: all that the browser would keep. */
async function signIn(): Promise<string> {
  const { headers } = await auth().api.signInEmail({
    body: { email: "alice@once.test", password: DEMO_PASSWORD },
    returnHeaders: true,
  });
  return headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

describe("an API key", () => {
  it("made by the plugin is found by our own read, and only its hash is stored", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const made = await makeKey(id, ["accounts:read"]);
    expect(made.key).toMatch(/^once_[A-Za-z]{40}$/);
    expect(await statusWith(made.key)).toBe(200);
    const [row] = await test.owner`select * from api_keys where id = ${made.id}`;
    expect(row).toMatchObject({ key: hashOfApiKey(made.key), start: made.key.slice(0, 10) });
    expect(JSON.stringify(row)).not.toContain(made.key);
  });

  it("is limited by none of the plugin's own counts: eleven requests, and more, are answered", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const { key, id: keyId } = await makeKey(id, ["accounts:read"]);
    for (let count = 0; count < 12; count += 1) expect(await statusWith(key)).toBe(200);
    const [row] =
      await test.owner`select rate_limit_enabled, request_count from api_keys where id = ${keyId}`;
    expect(row).toEqual({ rate_limit_enabled: false, request_count: 0 });
  });

  it("is its own user's, with its own scopes, however many ask at once; an unknown one is nobody's", async () => {
    const owners = await Promise.all(Array.from({ length: 6 }, () => newPerson(test.owner, 0n)));
    const asked = await Promise.all(
      owners.map(async ({ id, accountId }, n) => ({
        ...(await makeKey(id, n % 2 === 0 ? ["accounts:read"] : ["keys:write"])),
        accountId,
        mayRead: n % 2 === 0,
      })),
    );
    const nobody = getAccounts({ authorization: "Bearer once_nobody" });
    const answers = await Promise.all(
      asked.map(({ key }) => getAccounts({ authorization: `Bearer ${key}` })),
    );
    expect((await nobody).status).toBe(401);
    for (const [n, { accountId, mayRead }] of asked.entries()) {
      expect(answers[n]?.status).toBe(mayRead ? 200 : 403);
      if (mayRead) expect(await answers[n]?.json()).toMatchObject({ accounts: [{ id: accountId }] });
    }
  });

  it("that is disabled or expired is nobody's", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const [disabled, expired] = [await makeKey(id, SCOPES), await makeKey(id, SCOPES)];
    await test.owner`update api_keys set enabled = false where id = ${disabled.id}`;
    await test.owner`update api_keys set expires_at = now() - interval '1 second' where id = ${expired.id}`;
    expect([await statusWith(disabled.key), await statusWith(expired.key)]).toEqual([401, 401]);
    expect(await listApiKeys(id)).toEqual([]);
  });

  it("that its owner revokes stops working with the next request", async () => {
    const cookie = await signIn();
    const { user } = (await auth().api.getSession({ headers: new Headers({ cookie }) })) ?? {};
    const { id, key } = await makeKey(user?.id ?? "", ["accounts:read"]);
    expect(await statusWith(key)).toBe(200);
    await auth().api.deleteApiKey({ body: { keyId: id }, headers: new Headers({ cookie }) });
    expect(await statusWith(key)).toBe(401);
  });

  it("is revoked by nobody but its owner", async () => {
    const cookie = await signIn();
    const { id } = await newPerson(test.owner, 0n);
    const made = await makeKey(id, ["accounts:read"]);
    const revoking = auth().api.deleteApiKey({ body: { keyId: made.id }, headers: new Headers({ cookie }) });
    await expect(revoking).rejects.toMatchObject({ status: "NOT_FOUND" });
    expect(await statusWith(made.key)).toBe(200);
  });

  it("makes no key: its bearer is no session", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const { key } = await makeKey(id, SCOPES);
    for (const headers of [{ authorization: `Bearer ${key}` }, { "x-api-key": key }]) {
      const making = auth().api.createApiKey({ body: { name: "Another" }, headers: new Headers(headers) });
      await expect(making).rejects.toMatchObject({ status: "UNAUTHORIZED" });
    }
  });
});

it("a session that is signed out stops working with the next request", async () => {
  const cookie = await signIn();
  expect((await getAccounts({ cookie })).status).toBe(200);
  await auth().api.signOut({ headers: new Headers({ cookie }) });
  expect((await getAccounts({ cookie })).status).toBe(401);
});

describe("scopes", () => {
  it("a key without the route's scope gets 403, which names it, and nothing is looked up or recorded", async () => {
    const payer = await newPerson(test.owner, 10_000n);
    const { orderId, purpose } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "1000");
    const idempotencyKey = await keyFor(payer.id, purpose);
    const { key } = await makeKey(
      payer.id,
      SCOPES.filter((scope) => scope !== "payments:write"),
    );
    const answer = await payOverHttp(
      new Request("http://once.test/api/payments", {
        method: "POST",
        headers: {
          authorization: `Bearer ${key}`,
          "content-type": "application/json",
          "idempotency-key": idempotencyKey,
        },
        body: JSON.stringify({ orderId, amountMinor: "1000", currency: "USD" }),
      }),
      noParams,
    );
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({
      type: "/problems/forbidden",
      detail: 'The API key lacks the scope "payments:write". The idempotency key was not looked up.',
      moneyMoved: "unknown",
      retry: "same-key",
    });
    await flushAttempts();
    expect(await test.owner`select 1 from payment_attempts where key = ${idempotencyKey}`).toEqual([]);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n);
  });

  it("without accounts:read it is told no balance by the table of the payments", async () => {
    const [payer, payee] = [await newPerson(test.owner, 987_650n), await newPerson(test.owner, 0n)];
    await pay(payer.id, await transferKey(payer), transferTo(payee, "50"));
    const tableFor = async (scopes: readonly Scope[]) => {
      const { key } = await makeKey(payer.id, scopes);
      const request = new Request("http://once.test/payments/export.csv", {
        headers: { authorization: `Bearer ${key}` },
      });
      const answer = await exportPayments(request, noParams);
      expect(answer.status).toBe(200);
      return await answer.text();
    };
    const bare = await tableFor(["payments:read"]);
    expect(bare).toContain("-0.50");
    expect(bare).not.toMatch(/987600|9876\.00/);
    expect(await tableFor(["payments:read", "accounts:read"])).toMatch(/9876\.00,987600/);
  });

  it("none opens a form for people, whose ways on tell what the scope does not: whether a balance is enough", async () => {
    const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const { key } = await makeKey(payer.id, SCOPES);
    const check = async (amount: string) => {
      const answer = await checkTransfer(
        new Request("http://once.test/send", {
          method: "POST",
          headers: { authorization: `Bearer ${key}` },
          body: new URLSearchParams({ payee: payee.handle, amount, currency: "USD" }),
        }),
        { params: Promise.resolve({ intentId: randomUUID() }) },
      );
      return [answer.status, answer.headers.get("location")];
    };
    expect(await check("1.00")).toEqual([403, null]);
    expect(await check("1.01")).toEqual([403, null]);
  });

  it("the plain form is no way around them", async () => {
    const payer = await newPerson(test.owner, 10_000n);
    const { orderId, purpose } = await newOrder(await newPerson(test.owner, 0n, "merchant"), "1000");
    const { key } = await makeKey(payer.id, ["keys:write", "payments:read"]);
    const fields = { idempotency_key: await keyFor(payer.id, purpose), amountMinor: "1000", currency: "USD" };
    const form = new URLSearchParams({ ...fields, user: payer.id });
    const answer = await payByForm(
      new Request(`http://once.test/checkout/${orderId}/pay`, {
        method: "POST",
        headers: { authorization: `Bearer ${key}` },
        body: form,
      }),
      { params: Promise.resolve({ orderId }) },
    );
    expect(answer.status).toBe(403);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n);
  });

  it("each opens what the policy says, and no other opens it", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const body = JSON.stringify({ purpose: { kind: "transfer", intentId: randomUUID() } });
    for (const scope of SCOPES) {
      const { key } = await makeKey(id, [scope]);
      const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
      const issued = await issue(
        new Request("http://once.test/api/idempotency-keys", { method: "POST", headers, body }),
        noParams,
      );
      const isFor = (name: RouteName) => scopeOf(name) === scope;
      expect(issued.status < 300, scope).toBe(isFor("POST /api/idempotency-keys"));
      expect(await statusWith(key), scope).toBe(isFor("GET /api/accounts") ? 200 : 403);
    }
  });

  it("permissions that are missing or unreadable open nothing", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const made = await makeKey(id, SCOPES);
    for (const permissions of [null, "", "{", "null", '["accounts:read"]', '{"accounts":"read"}']) {
      await test.owner`update api_keys set permissions = ${permissions} where id = ${made.id}`;
      expect(await statusWith(made.key), String(permissions)).toBe(403);
    }
  });

  it("the demo's keys have all of them", async () => {
    const [alice] = await test.owner<{ id: string }[]>`select id from users where handle = 'alice'`;
    const demo = (await listApiKeys(alice?.id ?? "")).find(({ name }) => name === "Demo");
    expect(demo?.scopes).toEqual(SCOPES);
  });
});
