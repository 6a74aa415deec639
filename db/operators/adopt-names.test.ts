/** After an upgrade nobody becomes a merchant under a name that one of before has; two of before are named, and stay. */
import { randomUUID } from "node:crypto";
import { expect, it, vi } from "vitest";
import { findByHandle } from "../identity/users.ts";
import { migrate } from "../setup/migrate.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { newPerson } from "../testing/fixtures/people.ts";
import { setRole } from "./roles.ts";

const test = testDatabase();

it("merchants of before get their skeletons at start-up, and two that look alike are said to", async () => {
  const operator = await newPerson(test.owner, 0n, "operator");
  const before = async (name: string, handle: string, createdAt: string) => {
    const id = randomUUID();
    await test.owner`
      insert into users (id, name, email, handle, role, created_at)
      values (${id}, ${name}, ${`${handle}@once.test`}, ${handle}, 'merchant', ${createdAt})`;
    return id;
  };
  const later = await before("Соrner BAKERY", "corner-two", "2020-01-02");
  const earlier = await before("Corner Bakery", "corner", "2020-01-01");
  const alike = await before("Another Shop", "c0rner", "2020-01-03");
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  try {
    await migrate(test.ownerUrl, new URL(test.appUrl).username);
    const warnings = warn.mock.calls
      .map(([said]) => String(said))
      .filter((said) => said.includes("of @corner,"));
    expect(warnings).toEqual([
      expect.stringContaining("The name of @corner-two can be taken for the name of @corner,"),
      expect.stringContaining("The handle of @c0rner can be taken for the handle of @corner,"),
    ]);
    const rows = await test.owner<{ id: string; named: boolean; handled: boolean }[]>`
      select id, name_skeleton is not null as named, handle_skeleton is not null as handled from users
       where id in (${earlier}, ${later}, ${alike}) order by created_at`;
    expect(rows).toMatchObject([
      { id: earlier, named: true, handled: true },
      { id: later, named: false, handled: true },
      { id: alike, named: true, handled: false },
    ]);
    // What the constraint holds now, whoever looked before.
    const person = await newPerson(test.owner, 0n);
    const user = await findByHandle(person.handle);
    if (!user) throw new Error("Bug: there is no such person.");
    expect(
      await setRole({
        actorId: operator.id,
        user,
        role: "merchant",
        name: "Corner  Bakery",
        reason: "Because of a test",
      }),
    ).toBe("name_taken");
    expect(await test.owner`select 1 from users where role = 'payer' and name_skeleton is not null`).toEqual(
      [],
    );
  } finally {
    warn.mockRestore();
  }
});
