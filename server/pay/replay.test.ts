/** Over HTTP, a request with a settled key is answered as the first one was, to the byte; and a GET changes nothing. */
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { GET as accounts } from "@/app/api/accounts/route";
import { GET as live } from "@/app/api/health/live/route";
import { GET as ready } from "@/app/api/health/ready/route";
import { GET as keyState } from "@/app/api/idempotency-keys/[key]/route";
import { GET as metrics } from "@/app/api/metrics/route";
import { GET as openApi } from "@/app/api/openapi.json/route";
import { GET as order } from "@/app/api/orders/[id]/route";
import { GET as orders } from "@/app/api/orders/route";
import { GET as payment } from "@/app/api/payments/[id]/route";
import { POST as pay, GET as payments } from "@/app/api/payments/route";
import { flushAttempts } from "@/db/attempts/record";
import { connect, setDatabase } from "@/db/connection/client";
import { flushUses } from "@/db/identity/api-key-last-used";
import { pay as settleNow } from "@/db/payments/pay";
import { SERVER_VERSION, testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, balanceOf, keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import type { ROUTES } from "../identity/policy.ts";

const test = testDatabase();

afterAll(async () => {
  await Promise.all([flushAttempts(), flushUses()]);
});

type Told = { status: number; headers: Record<string, string>; bytes: string };

async function told(response: Response): Promise<Told> {
  const headers = Object.fromEntries(response.headers);
  return {
    status: response.status,
    headers,
    bytes: Buffer.from(await response.arrayBuffer()).toString("latin1"),
  };
}

/** A payer with 100 and a key for a transfer; `send` sends the transfer as this text. */
async function newTransfer() {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const apiKey = await apiKeyOf(test.owner, payer.id);
  const key = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
  const send = async (body: string) =>
    told(
      await pay(
        new Request("http://once.test/api/payments", {
          method: "POST",
          headers: {
            authorization: `Bearer ${apiKey}`,
            "content-type": "application/json",
            "idempotency-key": `"${key}"`,
          },
          body,
        }),
        { params: Promise.resolve({}) },
      ),
    );
  const body = (amountMinor: string) =>
    JSON.stringify({ payee: payee.handle, amountMinor, currency: "USD", note: "für dich 🎁" });
  return { payer, payee, key, send, body };
}

describe("a replay", () => {
  it.each([
    ["paid", "10", 201],
    ["declined", "1000", 402],
  ])(
    "of what was %s has the same status, the same bytes, and says that it is one",
    async (_what, amount, status) => {
      const { key, send, body } = await newTransfer();
      const first = await send(body(amount));
      expect(first.status).toBe(status);
      expect(first.headers["idempotent-replayed"]).toBeUndefined();
      const again = await send(body(amount));
      // What is left of the quota belongs to the request, as its id does, and not to the outcome.
      const { "x-request-id": _first, ratelimit: _left, ...headers } = first.headers;
      const { "x-request-id": _again, ratelimit: _less, ...headersAgain } = again.headers;
      expect([again.status, again.bytes]).toEqual([first.status, first.bytes]);
      expect(headersAgain).toEqual({ ...headers, "idempotent-replayed": "true" });
      if (status === 201) expect(headers.location).toBe(`/api/payments/${key}`);
    },
  );

  it("is the same from a process that has just started, after names, limits and accounts have changed", async () => {
    const { payer, payee, send, body } = await newTransfer();
    const first = await send(body("10"));
    await test.owner`update users set handle = ${`r${payee.handle.slice(1)}`}, name = 'Renamed' where id = ${payee.id}`;
    await test.owner`update ledger_accounts set closed_at = now(), day_limit_minor = 0 where owner_id in ${test.owner([payer.id, payee.id])}`;
    const fresh = connect(test.appUrl, SERVER_VERSION);
    setDatabase(fresh);
    const again = await send(body("10"));
    setDatabase(test.db);
    await fresh.close();
    expect([again.status, again.bytes]).toEqual([201, first.bytes]);
    expect(again.headers["idempotent-replayed"]).toBe("true");
  });

  it("holds where a rule about words or currencies is younger than the payment", async () => {
    const { payer, payee, key, send } = await newTransfer();
    const old = { payee: payee.handle, amountMinor: "10", currency: "USD", note: "Rent \u202e65" };
    // Settled without the HTTP API, as it was before that refused such a note.
    expect(await settleNow(payer.id, key, { operation: "transfer", ...old })).toMatchObject({
      type: "settled",
    });
    const again = await send(JSON.stringify(old));
    expect([again.status, again.headers["idempotent-replayed"]]).toEqual([201, "true"]);
    expect(JSON.parse(Buffer.from(again.bytes, "latin1").toString())).toMatchObject({
      id: key,
      note: old.note,
    });
    const other = await send(JSON.stringify({ ...old, amountMinor: "11" }));
    expect([other.status, JSON.parse(other.bytes).type]).toEqual([422, "/problems/idempotency-key-reused"]);
    expect(await balanceOf(test.owner, payee.accountId)).toBe(10n);
  });

  it.each([
    { payee: "a\u0000b" },
    { payee: "\ud800" },
    { currency: "\u0000" },
    { currency: "\udfff" },
    { note: "\u0000" },
  ])("is none of a text that no database holds: %j", async (wrong) => {
    const { payer, payee, key, send } = await newTransfer();
    const body = { payee: payee.handle, amountMinor: "10", currency: "USD" };
    const reused = async () => {
      const answer = await send(JSON.stringify({ ...body, ...wrong }));
      expect([answer.status, JSON.parse(answer.bytes)]).toMatchObject([
        422,
        { type: "/problems/idempotency-key-reused", moneyMoved: "yes", payment: { id: key } },
      ]);
    };
    expect((await send(JSON.stringify(body))).status).toBe(201);
    await reused();
    // Where a restore brought the key's row back, the statement that settles answers.
    await test.owner`
      insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
      select ${payer.id}, ${key}, 'transfer', gen_random_uuid(), now() + interval '1 day', database_identity()`;
    await reused();
  });

  it("is none of a request that only older rules would take: it is refused, and its key stays open", async () => {
    const { payee, key, payer, send } = await newTransfer();
    for (const wrong of [
      { note: "Rent \u202e65" },
      { currency: "XAU" },
      { payee: `${payee.handle}\u200b` },
    ]) {
      const body = { payee: payee.handle, amountMinor: "10", currency: "USD", ...wrong };
      const answer = await send(JSON.stringify(body));
      expect([answer.status, JSON.parse(answer.bytes).type]).toEqual([422, "/problems/invalid-request"]);
      expect(JSON.parse(answer.bytes)).toMatchObject({
        moneyMoved: "no",
        errors: [{ pointer: `/${Object.keys(wrong)[0]}` }],
      });
    }
    const [open] =
      await test.owner`select 1 from idempotency_keys where user_id = ${payer.id} and key = ${key}`;
    expect(open).toBeDefined();
    expect(await balanceOf(test.owner, payee.accountId)).toBe(0n);
  });

  it("is what a payload means, not how it is written", async () => {
    const { payee, send, body } = await newTransfer();
    const first = await send(body("10"));
    for (const text of [
      `{"note":"für dich 🎁","currency":"USD","amountMinor":"10","payee":"${payee.handle}"}`,
      String.raw`{"note":"f\u00fcr dich \ud83c\udf81", "currency":"\u0055SD","amountMinor":"1\u0030","payee":"${payee.handle}"}`,
      `\n\t{ "payee" : "${payee.handle}" ,\r\n"amountMinor": "10","currency":"USD","note":"für dich \\uD83C\\uDF81"}  `,
    ]) {
      const again = await send(text);
      expect([again.status, again.bytes, again.headers["idempotent-replayed"]], text).toEqual([
        201,
        first.bytes,
        "true",
      ]);
    }
    for (const changed of [
      body("11"),
      body("10").replace("USD", "JPY"),
      body("10").replace("für", "fur"),
      // Composed or not: other code points are another payload.
      body("10").replace("ü", "u\u0308"),
      JSON.stringify({ payee: payee.handle, amountMinor: "10", currency: "USD" }),
      body("10").replace(payee.handle, payee.handle.toUpperCase()),
    ]) {
      const reused = await send(changed);
      expect(reused.status, changed).toBe(422);
      expect(JSON.parse(Buffer.from(reused.bytes, "latin1").toString())).toMatchObject({
        type: "/problems/idempotency-key-reused",
        moneyMoved: "yes",
        retry: "never",
        payment: { amountMinor: "10" },
      });
    }
  });

  it("waits for the first request where that is still under way: twenty at once are one payment", async () => {
    const { payer, payee, send, body } = await newTransfer();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(body("10"))));
    expect(new Set(answers.map(({ status, bytes }) => `${status} ${bytes}`)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
    expect(answers.filter(({ headers }) => headers["idempotent-replayed"] === undefined)).toHaveLength(1);
    expect(await balanceOf(test.owner, payer.accountId)).toBe(90n);
    expect(await balanceOf(test.owner, payee.accountId)).toBe(10n);
  });

  it("of what only a newer build can render is asked for again, with the same key", async () => {
    const { key, payer, send, body } = await newTransfer();
    await send(body("10"));
    // What a newer build would have written; no row of ours ever changes.
    await test.owner`alter table payments disable trigger user`;
    await test.owner`update payments set renderer = 2 where user_id = ${payer.id} and id = ${key}`;
    await test.owner`alter table payments enable trigger user`;
    const again = await send(body("10"));
    expect([again.status, again.headers["retry-after"]]).toEqual([503, expect.stringMatching(/^[1-9]\d*$/)]);
    expect(JSON.parse(again.bytes)).toMatchObject({
      type: "/problems/unavailable",
      moneyMoved: "unknown",
      retry: "same-key",
    });
  });
});

/** Every row of every table by where it lies and which transaction wrote it: a write of any kind changes it. */
async function everyRow(): Promise<Record<string, string>> {
  const tables = await test.owner<{ name: string }[]>`
    select relname as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`;
  expect(tables.length).toBeGreaterThan(10);
  const rows: Record<string, string> = {};
  for (const { name } of tables) {
    const [found] = await test.owner.unsafe<{ rows: string }[]>(
      `select coalesce(string_agg(concat_ws(' ', ctid, xmin, xmax), ',' order by ctid), '') as rows from "${name}"`,
    );
    rows[name] = found?.rows ?? "";
  }
  return rows;
}

describe("a GET writes no row of any table, and neither does HEAD:", () => {
  type Get = (request: Request, context: { params: Promise<never> }) => Promise<Response>;
  type GetRoute = Extract<keyof typeof ROUTES, `GET /api/${string}`>;
  const GETS: Record<GetRoute, unknown> = {
    "GET /api/accounts": accounts,
    "GET /api/health/live": live,
    "GET /api/health/ready": ready,
    "GET /api/idempotency-keys/[key]": keyState,
    "GET /api/metrics": metrics,
    "GET /api/openapi.json": openApi,
    "GET /api/orders": orders,
    "GET /api/orders/[id]": order,
    "GET /api/payments": payments,
    "GET /api/payments/[id]": payment,
  };

  it.each(Object.entries(GETS))("%s", async (name, handler) => {
    const { payer, key, send, body } = await newTransfer();
    const role = name === "GET /api/metrics" ? "operator" : "merchant";
    await test.owner`update users set role = ${role} where id = ${payer.id}`;
    const { orderId } = await newOrder({ ...payer }, "5");
    await send(body("10"));
    const openKey = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
    // Another key than the one that paid: that one is noted already, and for a minute not again.
    const readingKey = await apiKeyOf(test.owner, payer.id);
    await Promise.all([flushAttempts(), flushUses()]);
    const before = await everyRow();
    for (const method of ["GET", "HEAD"]) {
      for (const id of [key, openKey, orderId, randomUUID(), "x"]) {
        const request = new Request(`http://once.test${name.slice("GET ".length)}`, {
          method,
          headers: { authorization: `Bearer ${readingKey}`, "idempotency-key": `"${openKey}"` },
        });
        const response = await (handler as Get)(request, {
          params: Promise.resolve({ id, key: id } as never),
        });
        expect([200, 400, 404]).toContain(response.status);
      }
    }
    await Promise.all([flushAttempts(), flushUses()]);
    expect(await everyRow()).toEqual(before);
  });
});
