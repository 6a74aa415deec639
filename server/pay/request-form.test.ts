/** The route behind a request for money: pressed twice it makes one, and says so where it has made another before. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { POST as create } from "@/app/request/[orderId]/create/route";
import { POST as check } from "@/app/send/[intentId]/check/route";
import { POST as checkTopUp } from "@/app/top-up/[intentId]/check/route";
import { findOrder } from "@/db/orders/orders";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson, type Person } from "@/db/testing/fixtures/people";
import { SCOPES } from "@/lib/identity/scopes";
import type { Caller } from "../identity/viewer.ts";

const reader = vi.hoisted((): { caller: Caller | undefined; isDown: boolean } => ({
  caller: undefined,
  isDown: false,
}));
vi.mock("../identity/viewer.ts", () => ({
  authenticate: async () => {
    if (reader.isDown) throw new Error("no database");
    return reader.caller;
  },
}));
vi.mock("next-intl/server", () => ({ getLocale: async () => "en" }));

const test = testDatabase();

function signInAs(person: Person): void {
  reader.caller = {
    user: { ...person, name: person.handle, email: `${person.handle}@once.test`, role: "payer" },
    scopes: SCOPES,
    via: "session",
  };
}

function requestTo(fields: Record<string, string>): Request {
  return new Request("https://pay.example/request", {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ user: reader.caller?.user.id ?? "", ...fields }).toString(),
  });
}

function led(answer: Response): URL {
  expect(answer.status).toBe(303);
  return new URL(answer.headers.get("location") ?? "", "https://pay.example");
}

async function make(orderId: string, fields: Record<string, string>): Promise<URL> {
  return led(await create(requestTo(fields), { params: Promise.resolve({ orderId }) }));
}

const typed = { description: "Tea", amount: "12.50", currency: "USD", locale: "en" };

it("sent again it is one; with another amount it leads to a new form that names what was made", async () => {
  signInAs(await newPerson(test.owner, 0n));
  const id = randomUUID();
  expect((await make(id, typed)).pathname).toBe(`/request/${id}`);
  expect((await make(id, typed)).pathname).toBe(`/request/${id}`);

  const other = await make(id, { ...typed, amount: "13" });
  expect(other.pathname).toMatch(/^\/request\/[0-9a-f-]{36}$/);
  expect(other.pathname).not.toBe(`/request/${id}`);
  expect(Object.fromEntries(other.searchParams)).toEqual({ ...typed, amount: "13", made: id });
  expect((await findOrder(id))?.totalMinor).toBe("1250");
  const nextId = other.pathname.split("/").at(-1) ?? "";
  expect(await findOrder(nextId)).toBeUndefined();
  expect((await make(nextId, { ...typed, amount: "13" })).pathname).toBe(other.pathname);
  expect((await findOrder(nextId))?.totalMinor).toBe("1300");

  // To somebody else there is no such request, and nothing says that there is one.
  signInAs(await newPerson(test.owner, 0n));
  const strange = await make(id, { ...typed, amount: "14" });
  expect(`${strange.pathname}${strange.search}`).toBe(`/request/${id}`);
});

it("in an outage what was typed comes back with a word why", async () => {
  reader.isDown = true;
  vi.spyOn(console, "error").mockImplementation(() => {});
  const id = randomUUID();
  const params = Promise.resolve({ intentId: id });
  const [made, sent, toppedUp] = [
    await make(id, typed),
    led(await check(requestTo({ ...typed, payee: "bob" }), { params })),
    led(await checkTopUp(requestTo(typed), { params })),
  ];
  for (const to of [made, sent, toppedUp])
    expect(Object.fromEntries(to.searchParams)).toMatchObject({ amount: "12.50", notice: "unfinished" });
  reader.isDown = false;
});

it("nothing is requested into a frozen account, which nobody could pay into", async () => {
  const person = await newPerson(test.owner, 0n);
  signInAs(person);
  const id = randomUUID();
  await test.owner`update ledger_accounts set closed_at = now() where owner_id = ${person.id}`;
  expect((await make(id, typed)).searchParams.get("amount")).toBe(typed.amount);
  expect(await findOrder(id)).toBeUndefined();
  await test.owner`update ledger_accounts set closed_at = null where owner_id = ${person.id}`;
  await make(id, typed);
  expect(await findOrder(id)).toMatchObject({ state: "open" });
});
