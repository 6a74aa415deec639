/** Commits take longer than a batch waits for a lock where they are fast: slower is all that it gets. */
import { setTimeout as pause } from "node:timers/promises";
import { beforeAll, expect, it } from "vitest";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { transferEntry, words } from "../../testing/fixtures/entries.ts";
import { expectBooksRight, newPerson, transferKey } from "../../testing/fixtures/people.ts";
import { settle, settlingLoad } from "../settle.ts";

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

/** Transfers of as many payers to one payee, not sent yet. */
async function entriesToOne() {
  const payee = await newPerson(test.owner, 0n);
  return Promise.all(
    Array.from({ length: PAYERS }, async () => {
      const payer = await newPerson(test.owner, 100n);
      return transferEntry(payer, payee, await transferKey(payer), 1n);
    }),
  );
}

it("everybody who pays one payee is paid, in batches: only the first, sent before commits were known to be slow, is taken apart", async () => {
  const entries = await entriesToOne();
  const before = settlingLoad();
  const answers = [];
  // They keep coming while commits take their time.
  for (const entry of entries) {
    answers.push(settle(entry));
    await pause(BETWEEN_MS);
  }
  expect(words(await Promise.all(answers))).toEqual(entries.map(() => "paid"));
  expect(settlingLoad().failed - before.failed).toBeLessThanOrEqual(1);
  await expectBooksRight(test.owner);
});

it("so is everybody who pays through two servers, whose batches wait for each other", async () => {
  const entries = await entriesToOne();
  const server = globalThis as { onceBatcher?: unknown };
  const own = server.onceBatcher;
  const batchers: unknown[] = [undefined, undefined];
  const answers = [];
  for (const [at, entry] of entries.entries()) {
    server.onceBatcher = batchers[at % 2];
    answers.push(settle(entry));
    batchers[at % 2] = server.onceBatcher;
    await pause(BETWEEN_MS);
  }
  server.onceBatcher = own;
  expect(words(await Promise.all(answers))).toEqual(entries.map(() => "paid"));
  await expectBooksRight(test.owner);
});
