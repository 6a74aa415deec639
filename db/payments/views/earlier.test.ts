/** What is known, before somebody pays, of what they have paid: by an index, and of nobody else. */
import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, expect, it } from "vitest";
import { issueKey } from "../../idempotency/issue.ts";
import { revokeKeyOf } from "../../idempotency/revoke.ts";
import { findRecipient } from "../../identity/recipients.ts";
import { openAccount } from "../../ledger/accounts.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { keyFor, newOrder, newPerson, type Person } from "../../testing/fixtures/people.ts";
import { rowsReadBy } from "../../testing/fixtures/rows-read.ts";
import { pay } from "../pay.ts";
import { findLookalike, findPaymentOf, findUsualCurrency, listRecipientsOf } from "./earlier.ts";

const test = testDatabase();

/** Settling asks a clock that the tests hold in their hands: how long before now a payment was made. */
beforeAll(async () => {
  await test.owner.unsafe(`
    create table held_clock (behind interval not null);
    insert into held_clock values ('0');
    create function held_clock_now() returns timestamptz language sql volatile security definer
      set search_path = pg_catalog, public, pg_temp as 'select clock_timestamp() - behind from public.held_clock'`);
  const [row] = await test.owner<{ definition: string }[]>`
    select pg_get_functiondef('settle_payments_v1'::regproc) as definition`;
  const held = row?.definition.replaceAll("clock_timestamp()", "held_clock_now()") ?? "";
  expect(held).toContain("held_clock_now()");
  await test.owner.unsafe(held);
});

const setBehind = (interval: string) =>
  test.owner`update held_clock set behind = ${interval}::text::interval`;
beforeEach(() => setBehind("0"));

type Sent = { intentId: string; id: string };

async function send(from: Person, to: Person, amountMinor = "2500", currency = "USD"): Promise<Sent> {
  const intentId = randomUUID();
  const id = await keyFor(from.id, { kind: "transfer", intentId });
  const command = { operation: "transfer", payee: to.handle, amountMinor, currency } as const;
  expect(await pay(from.id, id, command)).toMatchObject({ type: "settled" });
  return { intentId, id };
}

const newPair = async (balance = 10_000n) =>
  [await newPerson(test.owner, balance), await newPerson(test.owner, balance)] as const;

/** What is found for a new transfer of 25 dollars. */
function lookAt(
  from: Person,
  to: Person,
  changes: { intentId?: string; amountMinor?: string; currency?: string } = {},
) {
  const { intentId: purposeId = randomUUID(), ...others } = changes;
  const intended = {
    kind: "transfer",
    purposeId,
    payeeId: to.id,
    amountMinor: "2500",
    currency: "USD",
  } as const;
  return findLookalike(from.id, { ...intended, ...others });
}

it("a transfer of minutes ago looks like one to the same person over the same amount, the latest first", async () => {
  const [alice, bob] = await newPair();
  expect(await lookAt(alice, bob)).toBeUndefined();
  await send(alice, bob);
  const latest = await send(alice, bob);
  expect((await lookAt(alice, bob))?.id).toBe(latest.id);
});

it("what differs in person, amount, currency or payer looks like nothing, nor does the intent itself", async () => {
  const [alice, bob] = await newPair();
  const carol = await newPerson(test.owner, 0n);
  const { intentId } = await send(alice, bob);
  expect(await lookAt(alice, carol)).toBeUndefined();
  expect(await lookAt(alice, bob, { amountMinor: "2501" })).toBeUndefined();
  expect(await lookAt(alice, bob, { currency: "KWD" })).toBeUndefined();
  expect(await lookAt(bob, alice)).toBeUndefined();
  expect(await lookAt(alice, bob, { intentId })).toBeUndefined();
});

it.each([
  ["9 minutes 50 seconds", true],
  ["10 minutes 10 seconds", false],
])("one of %s ago: %s", async (behind, isFound) => {
  const [alice, bob] = await newPair();
  await setBehind(behind);
  await send(alice, bob);
  expect((await lookAt(alice, bob)) !== undefined).toBe(isFound);
});

it("a declined try looks like nothing: no money has moved", async () => {
  const [alice, bob] = await newPair(1n);
  const { intentId } = await send(alice, bob);
  expect(await lookAt(alice, bob)).toBeUndefined();
  expect(await findPaymentOf(alice.id, { kind: "transfer", intentId })).toBeUndefined();
});

it("an order that was paid to the same person looks like it, too", async () => {
  const [alice, bob] = await newPair();
  const { purpose, command } = await newOrder(bob, "2500");
  const key = await keyFor(alice.id, purpose);
  await pay(alice.id, key, command);
  expect((await lookAt(alice, bob))?.id).toBe(key);
});

it("what was paid before is found by the payer's own index, however much others pay", async () => {
  const [alice, bob] = await newPair();
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                          payee_account_id, request_hash, renderer, settled_at)
    select gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), 'succeeded', 2500, 'USD',
           gen_random_uuid(), ${bob.accountId}, sha256('x'), 1, now() from generate_series(1, 5000)`;
  await test.owner`analyze payments`;
  const sent = await send(alice, bob);
  const reads = await rowsReadBy(test, ["payments"], async () => {
    for (let count = 0; count < 20; count += 1) expect((await lookAt(alice, bob))?.id).toBe(sent.id);
  });
  expect(reads.get("payments")).toBeLessThan(5_000);
});

it("recipients are those whom one has sent money to, each once, the latest first", async () => {
  const alice = await newPerson(test.owner, 10_000n);
  const [bob, carol, dave] = [
    await newPerson(test.owner, 0n),
    await newPerson(test.owner, 0n),
    await newPerson(test.owner, 10_000n),
  ];
  for (const to of [bob, carol, bob]) await send(alice, to, "1");
  await send(dave, alice, "1");
  const { purpose, command } = await newOrder(dave, "10");
  await pay(alice.id, await keyFor(alice.id, purpose), command);
  expect((await listRecipientsOf(alice.id, 6)).map(({ handle }) => handle)).toEqual([
    bob.handle,
    carol.handle,
  ]);
  expect(await listRecipientsOf(alice.id, 1)).toHaveLength(1);
  expect(await listRecipientsOf(bob.id, 6)).toEqual([]);
});

it("a recipient is found by handle, and by an address only where it is verified", async () => {
  const bob = await newPerson(test.owner, 0n);
  const address = `${bob.handle}@once.test`;
  expect(await findRecipient(bob.handle.toUpperCase())).toMatchObject({ id: bob.id, currencies: ["USD"] });
  expect(await findRecipient(address)).toBeUndefined();
  await test.owner`update users set email_verified = true where id = ${bob.id}`;
  expect(await findRecipient(address.toUpperCase())).toMatchObject({ id: bob.id });
  expect(await findRecipient("")).toBeUndefined();
});

it("the usual currency is that of the last payment, else of the oldest account that holds something", async () => {
  const [alice, bob] = await newPair();
  await openAccount(randomUUID(), alice.id, "AED", null);
  expect(await findUsualCurrency(alice.id)).toBe("USD");
  await openAccount(randomUUID(), bob.id, "AED", null);
  await pay(alice.id, await keyFor(alice.id, { kind: "transfer", intentId: randomUUID() }), {
    operation: "transfer",
    payee: bob.handle,
    amountMinor: "1",
    currency: "AED",
  });
  expect(await findUsualCurrency(alice.id)).toBe("AED");
});

it("revoking the key of a purpose makes it void for good, once it was not used; otherwise it says what was paid", async () => {
  const [alice, bob] = await newPair();
  const purpose = { kind: "transfer", intentId: randomUUID() } as const;
  expect(await revokeKeyOf(alice.id, purpose)).toBeUndefined();
  const key = await keyFor(alice.id, purpose);
  expect(await revokeKeyOf(bob.id, purpose)).toBeUndefined();
  expect(await revokeKeyOf(alice.id, purpose)).toEqual({ state: "void" });
  const command = { operation: "transfer", payee: bob.handle, amountMinor: "5", currency: "USD" } as const;
  expect(await pay(alice.id, key, command)).toEqual({ type: "void" });
  const next = await keyFor(alice.id, purpose);
  expect(next).not.toBe(key);
  await pay(alice.id, next, command);
  expect(await revokeKeyOf(alice.id, purpose)).toBeUndefined();
  expect(await issueKey(alice.id, purpose)).toMatchObject({ type: "settled" });
});
