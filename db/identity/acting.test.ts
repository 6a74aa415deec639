/** An operator who is frozen is no operator, by session and by API key, until that is taken back. */
import { expect, it } from "vitest";
import { setFrozen } from "../ledger/restrictions.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { apiKeyOf, newPerson } from "../testing/fixtures/people.ts";
import { findByApiKey } from "./api-keys.ts";
import { findActing, findUser } from "./users.ts";

const test = testDatabase();

it("who is frozen acts as no operator", async () => {
  const [one, other] = [
    await newPerson(test.owner, 0n, "operator"),
    await newPerson(test.owner, 0n, "operator"),
  ];
  const key = await apiKeyOf(test.owner, other.id);
  const roles = async () => [(await findActing(other.id))?.role, (await findByApiKey(key))?.user.role];
  expect(await roles()).toEqual(["operator", "operator"]);
  await setFrozen({ actorId: one.id, userId: other.id, currency: undefined, reason: "A test" }, true);
  expect(await roles()).toEqual(["payer", "payer"]);
  expect((await findUser(other.id))?.role).toBe("operator");
  await setFrozen({ actorId: one.id, userId: other.id, currency: undefined, reason: "A test" }, false);
  expect(await roles()).toEqual(["operator", "operator"]);
});
