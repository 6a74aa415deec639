/**
 * A request to pay that is here whole, by an API key: who asks is read in one statement with what paying reads first. Whoever
 * is refused is refused all the same, and nothing of what was read is used for them.
 */
import { randomUUID } from "node:crypto";
import { afterAll, describe, expect, it } from "vitest";
import { POST as payByRouter } from "@/app/api/payments/route";
import { flushAttempts } from "@/db/attempts/record";
import { setDatabase } from "@/db/connection/client";
import { keyState } from "@/db/idempotency/state";
import { flushUses } from "@/db/identity/api-key-last-used";
import { hashOfApiKey } from "@/db/identity/api-keys";
import { settlingLoad } from "@/db/payments/settle";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, balanceOf, keyFor, newOrder, newPerson } from "@/db/testing/fixtures/people";
import { permissionsOf } from "@/lib/identity/scopes";
import { toResponse } from "../http/answer.ts";
import { findHandler } from "../http/fast-path/handlers.ts";

const test = testDatabase();

afterAll(async () => {
  await Promise.all([flushAttempts(), flushUses()]);
});

type Entrance = "fast path" | "router";

/** Sends a body to `POST /api/payments`: by the fast path whole, as short ones come, or by Next.js's router. */
async function send(by: Entrance, headers: Record<string, string>, body: string) {
  const [url, method] = ["http://localhost/api/payments", "POST"];
  const arrivedBody = () => Buffer.from(body);
  const answer =
    by === "router"
      ? await payByRouter(new Request(url, { method, headers, body }), { params: Promise.resolve({}) })
      : await findHandler(method, "/api/payments")?.handler(
          { method, url, headers: new Headers(headers), body: null, arrivedBody },
          {},
        );
  if (!answer) throw new Error("Nothing answers.");
  const response = toResponse(answer);
  const { "x-request-id": _id, ratelimit: _left, ...others } = Object.fromEntries(response.headers);
  return { status: response.status, headers: others, text: await response.text() };
}

async function newTransfer() {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const apiKey = await apiKeyOf(test.owner, payer.id);
  const key = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
  const headers = {
    authorization: `Bearer ${apiKey}`,
    "content-type": "application/json",
    "idempotency-key": `"${key}"`,
  };
  const body = JSON.stringify({ payee: payee.handle, amountMinor: "10", currency: "USD" });
  return { payer, payee, apiKey, key, headers, body };
}

/** What `work` asks the database, beside settling; arrivals are written by a clock of their own. */
async function readsOf(work: () => Promise<unknown>): Promise<number> {
  const texts: string[] = [];
  const { readingSql } = test.db;
  const noted = new Proxy(readingSql, {
    apply(sql, self, args) {
      texts.push(String(args[0]));
      return Reflect.apply(sql, self, args);
    },
    get(sql, name) {
      if (name !== "unsafe") return Reflect.get(sql, name);
      return (...args: Parameters<typeof sql.unsafe>) => {
        texts.push(args[0]);
        return sql.unsafe(...args);
      };
    },
  });
  setDatabase(
    new Proxy(test.db, { get: (db, name) => (name === "readingSql" ? noted : Reflect.get(db, name)) }),
  );
  try {
    await work();
  } finally {
    setDatabase(test.db);
  }
  return texts.filter((text) => !text.includes("record_attempts")).length;
}

it("a payment asks the database twice, a replay once, and both say the same as by the router", async () => {
  const [one, other] = [await newTransfer(), await newTransfer()];
  const { sent } = settlingLoad();
  expect(await readsOf(() => send("fast path", one.headers, one.body))).toBe(1);
  expect(settlingLoad().sent - sent).toBe(1);
  expect(await readsOf(() => send("fast path", one.headers, one.body))).toBe(1);
  expect(settlingLoad().sent - sent).toBe(1);
  expect(await balanceOf(test.owner, one.payee.accountId)).toBe(10n);

  const replays = [
    await send("fast path", one.headers, one.body),
    await send("router", one.headers, one.body),
  ];
  expect(replays[0]).toEqual(replays[1]);
  expect(replays[0]).toMatchObject({ status: 201, headers: { "idempotent-replayed": "true" } });
  const first = await send("router", other.headers, other.body);
  expect((await send("fast path", other.headers, other.body)).text).toBe(first.text);
});

it("requests of different people that come at once are each their own", async () => {
  const all = await Promise.all(Array.from({ length: 8 }, newTransfer));
  const stranger = { ...all[0]?.headers, authorization: "Bearer once_nobody" };
  const answers = await Promise.all([
    send("fast path", stranger, all[0]?.body ?? ""),
    ...all.map(({ headers, body }) => send("fast path", headers, body)),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([401, ...all.map(() => 201)]);
  for (const [n, { key, payer, payee }] of all.entries()) {
    expect(JSON.parse(answers[n + 1]?.text ?? "")).toMatchObject({
      id: key,
      payerAccountId: payer.accountId,
    });
    expect(await balanceOf(test.owner, payee.accountId)).toBe(10n);
  }
});

it("an order is paid by whoever asks", async () => {
  const { payer, headers } = await newTransfer();
  const shop = await newPerson(test.owner, 0n, "merchant");
  const { orderId, purpose } = await newOrder(shop, "30");
  const key = await keyFor(payer.id, purpose);
  const body = JSON.stringify({ orderId, amountMinor: "30", currency: "USD" });
  const answer = await send("fast path", { ...headers, "idempotency-key": key }, body);
  expect([answer.status, JSON.parse(answer.text)]).toMatchObject([201, { id: key, orderId }]);
});

type Transfer = Awaited<ReturnType<typeof newTransfer>>;
const hashOf = ({ apiKey }: Transfer) => hashOfApiKey(apiKey);

describe.each([
  [
    "that is disabled",
    (one) => test.owner`update api_keys set enabled = false where key = ${hashOf(one)}`,
    401,
  ],
  [
    "that has expired",
    (one) =>
      test.owner`update api_keys set expires_at = now() - interval '1 second' where key = ${hashOf(one)}`,
    401,
  ],
  ["that was revoked", (one) => test.owner`delete from api_keys where key = ${hashOf(one)}`, 401],
  [
    "that may only read",
    (one) =>
      test.owner`update api_keys set permissions = ${JSON.stringify(permissionsOf(["payments:read"]))} where key = ${hashOf(one)}`,
    403,
  ],
] as const satisfies [string, (one: Transfer) => PromiseLike<unknown>, number][])(
  "an API key %s",
  (_what, change, status) => {
    it("pays nothing from the next request on, and replays nothing", async () => {
      const one = await newTransfer();
      await change(one);
      const answers = [
        await send("fast path", one.headers, one.body),
        await send("router", one.headers, one.body),
      ];
      expect(answers[0]).toEqual(answers[1]);
      expect(answers[0]?.status).toBe(status);
      expect((await keyState(one.payer.id, one.key)).state).toBe("open");
      expect(await balanceOf(test.owner, one.payee.accountId)).toBe(0n);

      const paid = await newTransfer();
      await send("fast path", paid.headers, paid.body);
      await change(paid);
      const replay = await send("fast path", paid.headers, paid.body);
      expect([replay.status, replay.text.includes(paid.payee.accountId)]).toEqual([status, false]);
    });
  },
);

describe.each([
  ["a form that was opened as somebody else", { "x-once-user": randomUUID() }, undefined],
  ["another user's session beside the key", { "x-once-user": "nobody" }, undefined],
  ["no key", { "idempotency-key": "" }, undefined],
  ["a key that is none", { "idempotency-key": "nothing" }, undefined],
  ["a form", { "content-type": "application/x-www-form-urlencoded" }, undefined],
  ["what is compressed", { "content-encoding": "gzip" }, undefined],
  ["no API key", { authorization: "Basic YWxpY2U6eA==" }, undefined],
  ["no JSON", {}, "{"],
  ["a body without a payee", {}, "{}"],
  ["a body in no text that there is", {}, "\ud83d"],
  ["an unknown payee", {}, JSON.stringify({ payee: "nobody", amountMinor: "10", currency: "USD" })],
  ["a currency that nobody has", {}, JSON.stringify({ payee: "nobody", amountMinor: "10", currency: "CHF" })],
])("%s", (_what, headers, body) => {
  it("is refused as by the router, and leaves the key open", async () => {
    const one = await newTransfer();
    const sent = [{ ...one.headers, ...headers }, body ?? one.body] as const;
    const answers = [await send("fast path", ...sent), await send("router", ...sent)];
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]?.status).toBeGreaterThanOrEqual(400);
    expect((await keyState(one.payer.id, one.key)).state).toBe("open");
  });
});

it("a handle that went to nobody else, and is another now, is read anew with each request", async () => {
  const one = await newTransfer();
  await test.owner`update users set handle = ${`r${one.payee.handle.slice(1)}`} where id = ${one.payee.id}`;
  expect(await send("fast path", one.headers, one.body)).toMatchObject({ status: 422 });
  expect(await balanceOf(test.owner, one.payee.accountId)).toBe(0n);
});
