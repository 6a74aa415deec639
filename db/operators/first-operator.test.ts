/** A new service gets one first operator, however many set it up at once. */
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { makeFirstOperator } from "./roles.ts";

const test = testDatabase();

it("of several set-ups at once one makes an operator, and none where one can sign in", async () => {
  const make = (handle: string) =>
    makeFirstOperator(test.ownerUrl, {
      handle,
      email: `${handle}@example.com`,
      name: `Operator ${handle}`,
      passwordHash: "a hash",
    });
  expect(await make("late")).toBe("exists");
  // The demo's own operator cannot sign in without this.
  await test.owner`delete from credentials where user_id = (select id from users where handle = 'omar')`;
  const verdicts = await Promise.all(["one", "two", "three", "four"].map(make));
  expect(verdicts.toSorted()).toEqual(["done", "exists", "exists", "exists"]);
  expect(await test.owner`select 1 from users where role = 'operator' and handle <> 'omar'`).toHaveLength(1);
  expect(await make("later")).toBe("exists");
});
