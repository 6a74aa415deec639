/** What may be a second payment is asked about, whatever its kind; what is bought for itself is not. */
import { randomUUID } from "node:crypto";
import { afterAll, expect, it, vi } from "vitest";
import { POST as payOrder } from "@/app/checkout/[orderId]/pay/route";
import { POST as payRefund } from "@/app/payments/[id]/refund/[intentId]/pay/route";
import { POST as payTopUp } from "@/app/top-up/[intentId]/pay/route";
import { flushAttempts, recordAttempt } from "@/db/attempts/record";
import { testDatabase } from "@/db/testing/fixtures/database";
import { balanceOf, keyFor, newOrder, newPerson, type Person } from "@/db/testing/fixtures/people";
import type { Purpose } from "@/lib/api/payment";
import { SCOPES } from "@/lib/identity/scopes";
import type { Payload } from "@/lib/pay/state";
import type { Caller } from "../identity/viewer.ts";
import { payForPurpose } from "./pay-for-purpose.ts";
import { pressesOf } from "./presses.ts";
import { asksBeforePress, questionOf } from "./question.ts";

/** Outside Next.js there is no session to read: a test says whose it is. */
const reader = vi.hoisted((): { caller: Caller | undefined } => ({ caller: undefined }));
vi.mock("../identity/viewer.ts", () => ({ authenticate: async () => reader.caller }));

const test = testDatabase();
afterAll(flushAttempts);

type Wanted = { purpose: Purpose; payload: Payload };

async function payNow(person: Person, { purpose, payload }: Wanted): Promise<string> {
  const key = await keyFor(person.id, purpose);
  const answer = await payForPurpose({ userId: person.id, key, channel: "action" }, purpose, payload);
  expect(answer.status).toBe(201);
  return key;
}

const asks = (person: Person, { purpose, payload }: Wanted, despite?: string) =>
  asksBeforePress(person.id, purpose, payload, despite);

const transferTo = (payee: Person, amountMinor = "2500"): Wanted => ({
  purpose: { kind: "transfer", intentId: randomUUID() },
  payload: { payee: payee.handle, amountMinor, currency: "USD" },
});

async function requestOf(payee: Person, amountMinor = "2500"): Promise<Wanted> {
  const { purpose, orderId } = await newOrder(payee, amountMinor);
  return { purpose, payload: { orderId, amountMinor, currency: "USD" } };
}

/** A sale that was paid, and refunds of it. */
async function newSale() {
  const [payer, merchant] = [
    await newPerson(test.owner, 10_000n),
    await newPerson(test.owner, 10_000n, "merchant"),
  ];
  const paymentId = await payNow(payer, await requestOf(merchant));
  const refund = (amountMinor = "500"): Wanted => ({
    purpose: { kind: "refund", paymentId, intentId: randomUUID() },
    payload: { amountMinor, reason: "Cold coffee" },
  });
  return { payer, merchant, refund };
}

/** Presses Pay of a plain form, and returns where it leads. */
async function postPlainly(person: Person, { purpose, payload }: Wanted, despite?: string): Promise<URL> {
  reader.caller = {
    user: { ...person, name: person.handle, email: `${person.handle}@once.test`, role: "payer" },
    scopes: SCOPES,
    via: "session",
  };
  const body = new URLSearchParams({
    ...payload,
    user: person.id,
    idempotency_key: await keyFor(person.id, purpose),
    ...(despite && { despite }),
  });
  const request = new Request("https://pay.example/pay", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
    body: body.toString(),
  });
  const answer = await {
    order: () =>
      payOrder(request, {
        params: Promise.resolve({ orderId: "orderId" in purpose ? purpose.orderId : "" }),
      }),
    refund: () =>
      payRefund(request, {
        params: Promise.resolve({
          id: "paymentId" in purpose ? purpose.paymentId : "",
          intentId: "intentId" in purpose ? purpose.intentId : "",
        }),
      }),
    "top-up": () =>
      payTopUp(request, {
        params: Promise.resolve({ intentId: "intentId" in purpose ? purpose.intentId : "" }),
      }),
    transfer: () => Promise.reject(new Error("Bug: transfers have tests of their own.")),
  }[purpose.kind]();
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get("location") ?? "", "https://pay.example");
}

it("a request over what was just sent to the same person is asked about, and so is a second such request", async () => {
  const [alice, bob] = [await newPerson(test.owner, 20_000n), await newPerson(test.owner, 0n)];
  const sent = await payNow(alice, transferTo(bob));
  const request = await requestOf(bob);
  expect(await questionOf(alice.id, request.purpose, {}, undefined)).toMatchObject({
    lookalike: { id: sent },
    goOn: sent,
  });
  expect(await asks(alice, request)).toBe(true);
  expect(pressesOf(alice.id)).toEqual([]);
  expect((await postPlainly(alice, request)).pathname).toBe(
    `/checkout/${request.purpose.kind === "order" && request.purpose.orderId}`,
  );
  expect(await balanceOf(test.owner, bob.accountId)).toBe(2_500n);

  expect((await postPlainly(alice, request, sent)).pathname).toMatch("/payments/");
  const second = await requestOf(bob);
  expect(await asks(alice, second, sent)).toBe(true);
  for (const other of [await requestOf(bob, "2501"), await requestOf(await newPerson(test.owner, 0n))])
    expect(await asks(alice, other)).toBe(false);
});

it("an order of a merchant is bought for itself: nothing is asked, however often the same was bought", async () => {
  const [alice, shop] = [await newPerson(test.owner, 20_000n), await newPerson(test.owner, 0n, "merchant")];
  await payNow(alice, await requestOf(shop));
  const second = await requestOf(shop);
  expect(await questionOf(alice.id, second.purpose, second.payload, undefined)).toBeUndefined();
  expect(await asks(alice, second)).toBe(false);
  expect((await postPlainly(alice, await requestOf(shop))).pathname).toMatch("/payments/");
  // Money that is sent to the same person afterwards is another matter.
  expect(await asks(alice, transferTo(shop))).toBe(true);
});

it("a refund of as much of the same payment is asked about, and one of another amount or payment is not", async () => {
  const { payer, merchant, refund } = await newSale();
  const made = await payNow(merchant, refund());
  const again = refund();
  expect(await asks(merchant, again)).toBe(true);
  expect((await postPlainly(merchant, again)).searchParams.get("amountMinor")).toBe("500");
  expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n - 2_500n + 500n);
  expect(await asks(merchant, refund("501"))).toBe(false);
  expect(await asks(merchant, (await newSale()).refund())).toBe(false);
  expect((await postPlainly(merchant, again, made)).pathname).toMatch("/payments/");
  expect(await balanceOf(test.owner, payer.accountId)).toBe(10_000n - 2_500n + 1_000n);
});

it("while a refund has no answer, another of the same payment is asked about, and nothing else is", async () => {
  const { payer, merchant, refund } = await newSale();
  const lost = refund();
  const key = await keyFor(merchant.id, lost.purpose);
  recordAttempt({ userId: merchant.id, key, channel: "action", verdict: "unknown", arrivedAt: new Date() });
  const next = refund("700");
  expect(await questionOf(merchant.id, next.purpose, next.payload, undefined)).toMatchObject({
    inDoubt: [{ key, isChecking: true }],
    lookalike: undefined,
    goOn: key,
  });
  expect(await asks(merchant, next)).toBe(true);
  expect(await asks(merchant, next, key)).toBe(false);
  expect(await asks(merchant, transferTo(payer))).toBe(false);
  // The refund itself may be pressed again.
  expect(await asks(merchant, lost)).toBe(false);
});

it("of two windows of one refund that are pressed at once, one goes on", async () => {
  const { merchant, refund } = await newSale();
  const both = [refund(), refund()];
  for (const { purpose } of both) await keyFor(merchant.id, purpose);
  expect(await Promise.all(both.map((one) => asks(merchant, one)))).toEqual([false, true]);
});

it("a top-up by the same amount is asked about", async () => {
  vi.stubEnv("ONCE_DEMO", "1");
  const alice = await newPerson(test.owner, 0n);
  const topUp = (amountMinor = "500"): Wanted => ({
    purpose: { kind: "top-up", intentId: randomUUID() },
    payload: { amountMinor, currency: "USD" },
  });
  const made = await payNow(alice, topUp());
  expect(await asks(alice, topUp())).toBe(true);
  expect(await asks(alice, topUp("501"))).toBe(false);
  const led = await postPlainly(alice, topUp());
  expect(led.pathname).toMatch(/^\/top-up\/.*\/review$/);
  expect(await balanceOf(test.owner, alice.accountId)).toBe(500n);
  expect((await postPlainly(alice, topUp(), made)).pathname).toMatch("/payments/");
  vi.unstubAllEnvs();
});

it("what cannot be looked up is not answered with no, and is no press", async () => {
  const [alice, bob] = [await newPerson(test.owner, 5_000n), await newPerson(test.owner, 0n)];
  await test.owner`alter table idempotency_keys rename to idempotency_keys_away`;
  try {
    await expect(asks(alice, transferTo(bob))).rejects.toThrow();
  } finally {
    await test.owner`alter table idempotency_keys_away rename to idempotency_keys`;
  }
  expect(pressesOf(alice.id)).toEqual([]);
});
