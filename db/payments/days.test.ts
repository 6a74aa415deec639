/**
 * Daily limits follow the time at which a payment is settled, under its locks, and survive a clock that was wrong once: it
 * neither locks an account until its day comes nor forgets what left on the right day.
 */
import { beforeAll, beforeEach, expect, it } from "vitest";
import { reapKeys } from "../idempotency/reap.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { holdingAccount } from "../testing/fixtures/hold-lock.ts";
import { expectBooksRight, newPerson, type Person, tally, transferKey } from "../testing/fixtures/people.ts";
import { type PayResult, pay } from "./pay.ts";

const test = testDatabase();

const LIMIT = 100n;

/** The functions that settling consists of ask a clock that the tests hold in their hands. */
beforeAll(async () => {
  await test.owner.unsafe(`
    create table held_clock (now timestamptz not null);
    insert into held_clock values ('2030-05-10 12:00Z');
    create function held_clock_now() returns timestamptz language sql volatile security definer
      set search_path = pg_catalog, public, pg_temp as 'select now from public.held_clock'`);
  const [row] = await test.owner<{ definition: string }[]>`
    select pg_get_functiondef('settle_payments_v1'::regproc) as definition`;
  const held = row?.definition.replaceAll("clock_timestamp()", "held_clock_now()") ?? "";
  expect(held).toContain("held_clock_now()");
  await test.owner.unsafe(held);
});

const setClock = (time: string) => test.owner`update held_clock set now = ${time}`;

let payer: Person;
let payee: Person;
beforeEach(async () => {
  await setClock("2030-05-10 12:00Z");
  [payer, payee] = [await newPerson(test.owner, 10_000n), await newPerson(test.owner, 0n)];
  await test.owner`update ledger_accounts set day_limit_minor = ${LIMIT.toString()} where id = ${payer.accountId}`;
});

async function send(amountMinor: bigint): Promise<PayResult> {
  const key = await transferKey(payer);
  const amount = { amountMinor: amountMinor.toString(), currency: "USD" };
  return pay(payer.id, key, { operation: "transfer", payee: payee.handle, ...amount });
}

/** What became of a payment of `amountMinor` at `time`. */
async function at(time: string, amountMinor: bigint): Promise<string> {
  await setClock(time);
  return Object.keys(tally([await send(amountMinor)])).join();
}

it("a clock that was 40 days ahead once does not lock the account, and its payments count on their own day", async () => {
  expect(await at("2030-05-10 12:00Z", 60n)).toBe("paid");
  expect(await at("2030-06-19 12:00Z", 100n)).toBe("paid");
  // Set right again: what left that day before still counts, and nothing else.
  expect(await at("2030-05-10 12:05Z", 41n)).toBe("declined");
  expect(await at("2030-05-10 12:06Z", 40n)).toBe("paid");
  expect(await at("2030-05-10 12:07Z", 1n)).toBe("declined");
  expect(await at("2030-05-11 09:00Z", 100n)).toBe("paid");
  expect(await at("2030-05-11 09:01Z", 1n)).toBe("declined");
  // And on the day that was to come, what left then is not forgotten.
  expect(await at("2030-06-19 12:00Z", 1n)).toBe("declined");
  expect(await at("2030-06-20 12:00Z", 100n)).toBe("paid");
  await expectBooksRight(test.owner);
});

it("a clock set back over midnight does not give the day before a second limit, or the day after", async () => {
  expect(await at("2030-05-10 23:59Z", 100n)).toBe("paid");
  expect(await at("2030-05-11 00:01Z", 70n)).toBe("paid");
  expect(await at("2030-05-10 23:58Z", 1n)).toBe("declined");
  expect(await at("2030-05-11 00:02Z", 31n)).toBe("declined");
  expect(await at("2030-05-11 00:03Z", 30n)).toBe("paid");
});

it("two payments of the whole limit that waited over midnight for a lock are not both settled on the new day", async () => {
  await setClock("2030-05-10 23:59:59Z");
  const first = await holdingAccount(test.owner, payer.accountId, async ({ waiting }) => {
    const sent = send(LIMIT);
    await waiting(1);
    await setClock("2030-05-11 00:00:01Z");
    return { sent };
  });
  expect(tally([await first.sent])).toEqual({ paid: 1 });
  expect(tally([await send(LIMIT)])).toEqual({ declined: 1 });
  const days = await test.owner`
    select distinct (settled_at at time zone 'UTC')::date::text as day from payments
     where payer_account_id = ${payer.accountId} and kind = 'transfer'`;
  expect([...days]).toEqual([{ day: "2030-05-11" }]);
});

it("refunds and what others pay do not count, nor do declines, where a day is counted anew", async () => {
  expect(await at("2030-06-19 12:00Z", 10n)).toBe("paid");
  expect(await at("2030-05-10 12:00Z", 101n)).toBe("declined");
  expect(await at("2030-05-10 12:00Z", 100n)).toBe("paid");
});

it("a key that was issued while the clock was ahead gives its room back within days, and stays open until then", async () => {
  const key = await transferKey(payer);
  await test.owner`update idempotency_keys set expires_at = now() + interval '41 days' where key = ${key}`;
  await reapKeys();
  const [row] = await test.owner`
    select expires_at between now() and now() + interval '2 days' as soon from idempotency_keys where key = ${key}`;
  expect(row).toEqual({ soon: true });
});
