/** Whose name can be taken for whose. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { testDatabase } from "./testing/database.ts";
import { findTwin } from "./users.ts";

const test = testDatabase();

async function person(name: string, handle: string, role: "payer" | "merchant" | "operator") {
  await test.owner`
    insert into users (id, name, email, handle, role)
    values (${randomUUID()}, ${name}, ${`${handle}@once.test`}, ${handle}, ${role})`;
}

it("nobody takes a name or a handle that reads like a merchant's or an operator's", async () => {
  await person("Corner Bakery", "corner", "merchant");
  await person("Olga Orlova", "olga", "operator");
  await person("Paul Payer", "paul", "payer");
  const twinOf = (name: string, handle = "somebody") => findTwin({ name, handle });
  expect(await twinOf("Соrner Bakery")).toBe("name");
  expect(await twinOf("CORNER  BAKERY")).toBe("name");
  expect(await twinOf("0lga Orlova")).toBe("name");
  expect(await twinOf("Somebody Else", "corner-")).toBe("handle");
  expect(await twinOf("Somebody Else", "c0rner")).toBe("handle");
  expect(await twinOf("Corner Bakery Two")).toBeUndefined();
  // Two people may have one name; the handle tells them apart.
  expect(await twinOf("Paul Payer", "pau1")).toBeUndefined();
});
