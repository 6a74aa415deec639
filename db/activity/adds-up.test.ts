/** Whatever was paid: the history holds everything that moved, once, and its running balance ends at the balance that is shown. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Movement } from "../../lib/activity/movement.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { scenarioPlan, step } from "../testing/model/program.ts";
import { ProgramRunner } from "../testing/model/program-runner.ts";
import { parameters, runsOf } from "../testing/model/runs.ts";
import { createScenario } from "../testing/model/scenario.ts";
import type { AccountState } from "./account-states.ts";
import { readAccountStates } from "./account-states.ts";
import { readHistory, readWholeHistory } from "./history.ts";

const test = testDatabase();
const random = runsOf(25);

async function whole(userId: string, accounts: AccountState[], limit: number): Promise<Movement[]> {
  const movements: Movement[] = [];
  for await (const page of readWholeHistory(userId, accounts, {}, limit)) movements.push(...page);
  return movements;
}

/** Up again from the oldest page, by the links to what is newer. */
async function upwards(userId: string, accounts: AccountState[], limit: number): Promise<Movement[]> {
  let page = await readHistory(userId, accounts, {}, { limit });
  while (page.older) {
    page = await readHistory(userId, accounts, {}, { limit, place: { cut: page.older, heading: "older" } });
  }
  const pages = [page.movements];
  while (page.newer) {
    page = await readHistory(userId, accounts, {}, { limit, place: { cut: page.newer, heading: "newer" } });
    pages.unshift(page.movements);
  }
  return pages.flat();
}

/** What the tables say moved on `accountIds`, or was declined for `userId`. */
async function recorded(userId: string, accountIds: string[]): Promise<string[]> {
  const rows = await test.owner<{ id: string }[]>`
    select p.id from payments p
     where p.status = 'succeeded' and (p.payer_account_id = any(${accountIds}) or p.payee_account_id = any(${accountIds}))
        or p.status = 'declined' and p.user_id = ${userId}`;
  return rows.map(({ id }) => id).sort();
}

it("over random payments, refunds and top-ups, each balance follows from the one before and ends at the account's", {
  timeout: random.timeout,
}, async () => {
  const program = fc.array(step, { minLength: 5, maxLength: 25 });
  let movedOrTried = 0;
  await fc.assert(
    fc.asyncProperty(scenarioPlan, program, fc.integer({ min: 1, max: 7 }), async (plan, steps, limit) => {
      const scenario = await createScenario(test.owner, plan);
      const runner = new ProgramRunner(scenario);
      for (const one of steps) await runner.step(0, one);
      for (const { id } of scenario.people) {
        const accounts = await readAccountStates(id);
        const movements = await whole(id, accounts, 1_000);
        movedOrTried += movements.length;
        expect(movements.map((movement) => movement.id).sort()).toEqual(
          await recorded(
            id,
            accounts.map((account) => account.id),
          ),
        );
        for (const account of accounts) {
          let balance = account.balanceMinor;
          for (const { accountId, direction, amountMinor, balanceMinor } of movements) {
            if (accountId !== account.id || balanceMinor === null) continue;
            expect(balanceMinor).toBe(balance);
            balance -= direction === "in" ? amountMinor : -amountMinor;
          }
          expect(balance).toBe(0n);
        }
        // However it is cut into pages, and whichever way they are turned.
        expect(await whole(id, accounts, limit)).toEqual(movements);
        const again = await upwards(id, accounts, limit);
        // The newest page is always a full one, so it may show what the one below it has.
        expect([...new Set(again.map((movement) => movement.id))]).toEqual(
          movements.map((movement) => movement.id),
        );
      }
    }),
    { ...parameters("histories add up", random.runs), endOnFailure: true },
  );
  expect(movedOrTried).toBeGreaterThan(100);
});
