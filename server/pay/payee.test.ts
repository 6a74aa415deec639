/** Whom money can be sent to: handles, and e-mail addresses that are known to be their user's. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { POST as payOverHttp } from "@/app/api/payments/route";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, keyFor, newPerson } from "@/db/testing/fixtures/people";

const test = testDatabase();

/** Answers of the API to a transfer of one cent to each of `payees`, under one key: what is refused leaves it open. */
async function send(from: string, payees: readonly string[]): Promise<{ status: number; body: unknown }[]> {
  const key = await keyFor(from, { kind: "transfer", intentId: randomUUID() });
  const headers = {
    authorization: `Bearer ${await apiKeyOf(test.owner, from)}`,
    "content-type": "application/json",
    "idempotency-key": `"${key}"`,
  };
  const answers = [];
  for (const payee of payees) {
    const body = JSON.stringify({ payee, amountMinor: "1", currency: "USD" });
    const request = new Request("http://once.test/api/payments", { method: "POST", headers, body });
    const response = await payOverHttp(request, { params: Promise.resolve({}) });
    answers.push({ status: response.status, body: await response.json() });
  }
  return answers;
}

it("an address that was never verified pays nobody, and is told from no account at all by nothing", async () => {
  const [payer, stranger] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
  const registered = `${stranger.handle}@once.test`;
  const [unverified, upperCase, nobody] = await send(payer.id, [
    registered,
    registered.toUpperCase(),
    "nobody-at-all@once.test",
  ]);
  expect(unverified).toEqual({
    status: 422,
    body: expect.objectContaining({
      moneyMoved: "no",
      errors: [{ pointer: "/payee", detail: "is not known here" }],
    }),
  });
  expect(upperCase).toEqual(unverified);
  expect(nobody).toEqual(unverified);
});

it("an address that was verified can be paid to, and so can a handle either way", async () => {
  const [payer, friend] = [await newPerson(test.owner, 10n), await newPerson(test.owner, 0n)];
  expect(await send(payer.id, [friend.handle])).toMatchObject([{ status: 201 }]);
  await test.owner`update users set email_verified = true where id = ${friend.id}`;
  expect(await send(payer.id, [`${friend.handle}@once.test`])).toMatchObject([{ status: 201 }]);
});
