/** The routes behind sending and topping up: what is typed is read and checked, and what is paid is paid once. */
import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeEach, expect, it, vi } from "vitest";
import { POST as check } from "@/app/send/[intentId]/check/route";
import { POST as goOn } from "@/app/send/[intentId]/continue/route";
import { POST as payTransfer } from "@/app/send/[intentId]/pay/route";
import { POST as checkTopUp } from "@/app/top-up/[intentId]/check/route";
import { POST as payTopUp } from "@/app/top-up/[intentId]/pay/route";
import { listInDoubt } from "@/db/activity/open-keys";
import { flushAttempts, recordAttempt } from "@/db/attempts/record";
import { revokeKey } from "@/db/idempotency/revoke";
import { keyState } from "@/db/idempotency/state";
import { testDatabase } from "@/db/testing/fixtures/database";
import { balanceOf, keyFor, newPerson, type Person } from "@/db/testing/fixtures/people";
import { SCOPES } from "@/lib/identity/scopes";
import type { Locale } from "@/lib/locale";
import type { Caller } from "../identity/viewer.ts";
import { readSentRequest } from "./check-request.ts";
import { payForPurpose } from "./pay-for-purpose.ts";
import { pressesOf } from "./presses.ts";
import { asksBeforePress, questionBefore } from "./question.ts";

/** Outside Next.js there is no session to read, and no language: a test says which. */
const reader = vi.hoisted((): { caller: Caller | undefined; locale: Locale } => ({
  caller: undefined,
  locale: "en",
}));
vi.mock("../identity/viewer.ts", () => ({ authenticate: async () => reader.caller }));
vi.mock("next-intl/server", () => ({ getLocale: async () => reader.locale }));

const test = testDatabase();
afterAll(flushAttempts);
beforeEach(() => {
  reader.locale = "en";
});
afterEach(() => {
  vi.unstubAllEnvs();
});

function signInAs(person: Person): void {
  reader.caller = {
    user: { ...person, name: person.handle, email: `${person.handle}@once.test`, role: "payer" },
    scopes: SCOPES,
    via: "session",
  };
}

type Route = typeof check;

/** Posts a form to a route of `intentId`, and returns where it leads. */
async function post(route: Route, intentId: string, fields: Record<string, string>): Promise<URL> {
  const request = new Request("https://pay.example/send", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
    body: new URLSearchParams(fields).toString(),
  });
  const answer = await route(request, { params: Promise.resolve({ intentId }) });
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get("location") ?? "", "https://pay.example");
}

async function newTransfer(balanceMinor = 100_000n) {
  const [payer, payee] = [await newPerson(test.owner, balanceMinor), await newPerson(test.owner, 0n)];
  signInAs(payer);
  const intentId = randomUUID();
  const typed = { user: payer.id, payee: payee.handle, amount: "12.50", currency: "USD", note: "" };
  return { payer, payee, intentId, typed };
}

it.each([
  ["en", "1,234.5", "123450"],
  ["de", "1.234,5", "123450"],
  ["en", "$ 12", "1200"],
] as const)("what is typed in %s as %s leads to its review as %s", async (locale, amount, amountMinor) => {
  const { payee, intentId, typed } = await newTransfer(1_000_000n);
  reader.locale = locale;
  const to = await post(check, intentId, { ...typed, payee: ` @${payee.handle.toUpperCase()} `, amount });
  expect(to.pathname).toBe(`/send/${intentId}/review`);
  // A note that was not typed is absent, and the payee is the handle.
  expect(Object.fromEntries(to.searchParams)).toEqual({ payee: payee.handle, amountMinor, currency: "USD" });
});

it("an amount is read in the language of its form, also where another was chosen in another tab since", async () => {
  const { payer, intentId, typed } = await newTransfer(1_000_000n);
  reader.locale = "de";
  const to = await post(check, intentId, { ...typed, amount: "1,234", locale: "en" });
  expect(to.searchParams.get("amountMinor")).toBe("123400");
  const topUp = await post(checkTopUp, randomUUID(), { ...typed, amount: "1,234", locale: "en" });
  expect(topUp.searchParams.get("amountMinor")).toBe("123400");
  const sent = new URLSearchParams({
    description: "Tea",
    ...typed,
    amount: "1,234",
    locale: "en",
    checked: "1",
  });
  expect(readSentRequest(sent, [{ currency: "USD" }], "de").order?.items[0]?.amountMinor).toBe("123400");
  // What is wrong comes back with its language.
  const wrong = await post(check, intentId, { ...typed, payee: payer.handle, locale: "en" });
  expect(wrong.searchParams.get("locale")).toBe("en");
});

it.each([
  ["nobody", { payee: "nobody-at-all" }],
  ["no amount", { amount: "twelve" }],
  ["more than there is", { amount: "1000.01" }],
  ["a currency without an account", { currency: "KWD" }],
  ["a note that turns what follows", { note: "\u202eabc" }],
  ["a payee that no text can hold", { payee: "bob\0" }],
])("%s leads back to the form with all that was typed", async (_what, wrong) => {
  const { intentId, typed } = await newTransfer();
  const to = await post(check, intentId, { ...typed, ...wrong });
  expect(to.pathname).toBe(`/send/${intentId}`);
  const { user: _, ...fields } = { ...typed, ...wrong };
  expect(Object.fromEntries(to.searchParams)).toEqual({ ...fields, checked: "1" });
});

it("oneself cannot be sent money", async () => {
  const { payer, intentId, typed } = await newTransfer();
  const to = await post(check, intentId, { ...typed, payee: payer.handle });
  expect(to.pathname).toBe(`/send/${intentId}`);
});

it("what is typed anew revokes the key of before, and what was paid already is shown", async () => {
  const { payer, payee, intentId, typed } = await newTransfer();
  const before = await keyFor(payer.id, { kind: "transfer", intentId });
  await post(check, intentId, { ...typed, amount: "7" });
  expect(await keyState(payer.id, before)).toEqual({ state: "void" });
  const fields = { user: payer.id, payee: payee.handle, amountMinor: "700", currency: "USD" };
  const late = await post(payTransfer, intentId, { ...fields, amountMinor: "1250", idempotency_key: before });
  expect(late.pathname).toBe(`/send/${intentId}/form`);
  expect(await balanceOf(test.owner, payee.accountId)).toBe(0n);
  const form = await post(goOn, intentId, fields);
  const key = form.searchParams.get("key") ?? "";
  expect(form.searchParams.get("amountMinor")).toBe("700");
  expect((await post(payTransfer, intentId, { ...fields, idempotency_key: key })).pathname).toBe(
    `/payments/${key}`,
  );
  expect((await post(payTransfer, intentId, { ...fields, idempotency_key: key })).pathname).toBe(
    `/payments/${key}`,
  );
  expect(await balanceOf(test.owner, payee.accountId)).toBe(700n);
});

it("a wrong form revokes nothing: what was pressed before may still be wanted", async () => {
  const { payer, intentId, typed } = await newTransfer();
  const key = await keyFor(payer.id, { kind: "transfer", intentId });
  await post(check, intentId, { ...typed, amount: "" });
  expect(await keyState(payer.id, key)).toEqual({ state: "open" });
});

it("a payment that looks like one of minutes ago is not carried out before it was asked about", async () => {
  const { payer, payee, intentId } = await newTransfer();
  const fields = { user: payer.id, payee: payee.handle, amountMinor: "700", currency: "USD" };
  const first = await keyFor(payer.id, { kind: "transfer", intentId });
  await post(payTransfer, intentId, { ...fields, idempotency_key: first });

  const again = randomUUID();
  const key = await keyFor(payer.id, { kind: "transfer", intentId: again });
  const asked = await post(payTransfer, again, { ...fields, idempotency_key: key });
  expect(asked.pathname).toBe(`/send/${again}/review`);
  expect(await balanceOf(test.owner, payee.accountId)).toBe(700n);
  expect(await keyState(payer.id, key)).toEqual({ state: "open" });

  const other = await post(payTransfer, again, { ...fields, idempotency_key: key, despite: randomUUID() });
  expect(other.pathname).toBe(`/send/${again}/review`);
  const paid = await post(payTransfer, again, { ...fields, idempotency_key: key, despite: first });
  expect(paid.pathname).toBe(`/payments/${key}`);
  expect(await balanceOf(test.owner, payee.accountId)).toBe(1_400n);
});

it.each([
  ["is not written yet", false],
  ["is written", true],
])(
  "while another payment has no answer, one more is asked about first; its arrival %s",
  async (_, isWritten) => {
    const { payer, payee, intentId } = await newTransfer();
    const fields = { user: payer.id, payee: payee.handle, amountMinor: "700", currency: "USD" };
    const first = await keyFor(payer.id, { kind: "transfer", intentId });
    const again = randomUUID();
    const key = await keyFor(payer.id, { kind: "transfer", intentId: again });
    const arrive = (verdict: "unknown" | "refused", arrivedAt = new Date()) =>
      recordAttempt({ userId: payer.id, key: first, channel: "action", verdict, arrivedAt });
    const pressAgain = (despite?: string) =>
      post(payTransfer, again, { ...fields, idempotency_key: key, ...(despite && { despite }) });
    const intended = (purposeId: string) =>
      ({ kind: "transfer", purposeId, payeeId: payee.id, amountMinor: "700", currency: "USD" }) as const;
    const questionNow = (despite?: string) => questionBefore(payer.id, intended(again), [], despite);

    // Told why it was refused, or long ago: nothing is under way.
    if (isWritten) arrive("unknown", new Date(Date.now() - 11 * 60_000));
    else arrive("refused");
    if (isWritten) await flushAttempts();
    expect(await questionNow()).toBeUndefined();

    arrive("unknown");
    if (isWritten) await flushAttempts();
    expect((await pressAgain()).pathname).toBe(`/send/${again}/review`);
    expect((await pressAgain(randomUUID())).pathname).toBe(`/send/${again}/review`);
    expect(await balanceOf(test.owner, payee.accountId)).toBe(0n);
    expect(await keyState(payer.id, key)).toEqual({ state: "open" });
    // The payment itself may be pressed again, of course; to another payer it is nothing.
    expect(await listInDoubt(payer.id, intended(intentId), [])).toEqual([]);
    expect(await listInDoubt(payee.id, intended(again), [])).toEqual([]);

    const question = await questionNow();
    expect(question).toMatchObject({ inDoubt: [{ key: first, isChecking: true }], goOn: first });
    expect(await questionNow(question?.goOn)).toBeUndefined();
    expect((await pressAgain(question?.goOn)).pathname).toBe(`/payments/${key}`);
    expect(await balanceOf(test.owner, payee.accountId)).toBe(700n);
    // Now there is both what is in doubt and what looks the same: who goes on is asked about neither again.
    const third = intended(randomUUID());
    const both = await questionBefore(payer.id, third, [], undefined);
    expect(both).toMatchObject({ inDoubt: [{ key: first }], lookalike: { id: key } });
    expect(await questionBefore(payer.id, third, [], both?.goOn)).toBeUndefined();
    await revokeKey(payer.id, first);
    expect((await questionBefore(payer.id, third, [], key))?.inDoubt ?? []).toEqual([]);
  },
);

it("of two windows that are pressed in the same moment one is carried out, and the other is asked about it", async () => {
  const { payer, payee, intentId } = await newTransfer();
  const fields = { user: payer.id, payee: payee.handle, amountMinor: "700", currency: "USD" };
  const intents = [intentId, randomUUID()];
  const keys = await Promise.all(intents.map((id) => keyFor(payer.id, { kind: "transfer", intentId: id })));
  const { user: _, ...payload } = fields;
  const asks = await Promise.all(
    intents.map((id) => asksBeforePress(payer.id, { kind: "transfer", intentId: id }, payload, undefined)),
  );
  expect(asks).toEqual([false, true]);
  const [first = "", second = ""] = keys;
  await post(payTransfer, intents[0] ?? "", { ...fields, idempotency_key: first });
  expect(pressesOf(payer.id)).toEqual([]);
  const led = await post(payTransfer, intents[1] ?? "", { ...fields, idempotency_key: second });
  expect(led.pathname).toBe(`/send/${intents[1]}/review`);
  expect(await balanceOf(test.owner, payee.accountId)).toBe(700n);
});

it("the key of another transfer pays nothing here: what was asked about is what is paid", async () => {
  const { payer, payee, intentId } = await newTransfer();
  const key = await keyFor(payer.id, { kind: "transfer", intentId });
  const fields = { user: payer.id, payee: payee.handle, amountMinor: "700", currency: "USD" };
  const other = randomUUID();
  const refused = await post(payTransfer, other, { ...fields, idempotency_key: key });
  expect(refused.pathname).toBe(`/send/${other}/form`);
  expect(refused.searchParams.get("notice")).toBe("refused");
  const attempt = { userId: payer.id, key, channel: "action" } as const;
  const { user: _, ...payload } = fields;
  const answer = await payForPurpose(attempt, { kind: "transfer", intentId: other }, payload);
  expect(answer).toMatchObject({ status: 422, body: { type: "/problems/idempotency-key-reused" } });
  expect(await balanceOf(test.owner, payee.accountId)).toBe(0n);
  expect(await keyState(payer.id, key)).toEqual({ state: "open" });

  const paid = await post(payTransfer, intentId, { ...fields, idempotency_key: key });
  expect(paid.pathname).toBe(`/payments/${key}`);
  expect(await balanceOf(test.owner, payee.accountId)).toBe(700n);
});

it("sent as somebody else, or as nobody, it pays nothing and leads to sign-in and back, with all its fields", async () => {
  const { payer, payee, intentId } = await newTransfer();
  const key = await keyFor(payer.id, { kind: "transfer", intentId });
  const fields = {
    user: payer.id,
    payee: payee.handle,
    amountMinor: "700",
    currency: "USD",
    idempotency_key: key,
  };
  signInAs(payee);
  const to = await post(payTransfer, intentId, fields);
  expect(to.pathname).toBe("/sign-in");
  const back = new URL(to.searchParams.get("next") ?? "", "https://pay.example");
  expect(back.pathname).toBe(`/send/${intentId}/form`);
  expect(Object.fromEntries(back.searchParams)).toMatchObject({
    key,
    user: payer.id,
    payee: payee.handle,
    amountMinor: "700",
  });
  expect(await balanceOf(test.owner, payee.accountId)).toBe(0n);
});

it("a top-up is carried out in the demo alone", async () => {
  const { payer } = await newTransfer(0n);
  const intentId = randomUUID();
  const key = await keyFor(payer.id, { kind: "top-up", intentId });
  const fields = { user: payer.id, amountMinor: "500", currency: "USD", idempotency_key: key };
  // Outside of it the secret is somebody's own.
  vi.stubEnv("BETTER_AUTH_SECRET", "0123456789abcdef0123456789abcdef");
  vi.stubEnv("DATABASE_URL", "postgres://u@h/db");
  vi.stubEnv("ONCE_DEMO", "");
  expect((await post(payTopUp, intentId, fields)).pathname).toBe(`/top-up/${intentId}/form`);
  expect(await balanceOf(test.owner, payer.accountId)).toBe(0n);
  vi.stubEnv("ONCE_DEMO", "1");
  expect((await post(payTopUp, intentId, fields)).pathname).toBe(`/payments/${key}`);
  expect(await balanceOf(test.owner, payer.accountId)).toBe(500n);
});

it("an address that names no intent leads to a page of ours", async () => {
  const { typed } = await newTransfer();
  for (const route of [check, goOn, payTransfer])
    for (const intentId of ["..//evil.example", "x", "\r\n/evil.example"])
      expect(["/", "/send"]).toContain((await post(route, intentId, typed)).pathname);
});
