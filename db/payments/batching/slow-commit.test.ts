/** Commits take longer than a batch waits for a lock: slower is all that it gets. */
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "../../testing/fixtures/database.ts";
import {
  expectBooksRight,
  newPerson,
  tally,
  transferKey,
  transferTo,
} from "../../testing/fixtures/people.ts";
import { pay } from "../pay.ts";
import { settlingLoad } from "../settle.ts";

const test = testDatabase();

const PAYERS = 200;
const BETWEEN_MS = 20;

beforeAll(async () => {
  // Deferred, it sleeps once in each transaction as that commits, and holds the transaction's locks.
  await test.owner.unsafe(`
    create function be_slow() returns trigger language plpgsql as $$
    begin
      if current_setting('test.was_slow', true) is distinct from 'yes' then
        perform set_config('test.was_slow', 'yes', true), pg_sleep(0.7);
      end if;
      return null;
    end $$;
    create constraint trigger slow_commit after insert on payments deferrable initially deferred
      for each row execute function be_slow();`);
});

it("everybody who pays one payee is paid, in batches: those that wait for our own are not taken apart", async () => {
  const payee = await newPerson(test.owner, 0n);
  const pays = await Promise.all(
    Array.from({ length: PAYERS }, async () => {
      const payer = await newPerson(test.owner, 100n);
      const key = await transferKey(payer);
      return () => pay(payer.id, key, transferTo(payee, "1"));
    }),
  );
  const before = settlingLoad();
  const answers = [];
  // They keep coming while commits take their time: batches of ours wait for each other, and pass each other.
  for (const send of pays) {
    answers.push(send());
    await pause(BETWEEN_MS);
  }
  expect(tally(await Promise.all(answers))).toEqual({ paid: PAYERS });
  expect(settlingLoad().failed).toBe(before.failed);
  await expectBooksRight(test.owner);
});
