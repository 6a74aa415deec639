/** A database that an earlier build made is left as it is, and its operator is told; a later build's is shared. */
import { expect, it } from "vitest";
import { testDatabase } from "../testing/fixtures/database.ts";
import { migrate } from "./migrate.ts";

const test = testDatabase();

it("migrating again changes nothing", async () => {
  await expect(migrate(test.ownerUrl, "once_app")).resolves.toMatchObject({ knowsItsServer: true });
});

it("a migration that a later build has made is no hindrance", async () => {
  await test.owner`insert into drizzle.__drizzle_migrations (hash, created_at) values ('later', 4102444800000)`;
  await expect(migrate(test.ownerUrl, "once_app")).resolves.toMatchObject({ knowsItsServer: true });
});

it("a database with a migration that was made anew since is refused in the same sentence", async () => {
  const other = await test.owner<{ id: number }[]>`
    insert into drizzle.__drizzle_migrations (hash, created_at)
    select 'before', max(created_at) - 1 from drizzle.__drizzle_migrations where created_at < 4102444800000 returning id`;
  await expect(migrate(test.ownerUrl, "once_app")).rejects.toThrow("made by an earlier build");
  await test.owner`delete from drizzle.__drizzle_migrations where id = ${other[0]?.id ?? 0}`;
  await expect(migrate(test.ownerUrl, "once_app")).resolves.toMatchObject({ knowsItsServer: true });
});

it("a database with the migrations of an earlier build is refused in one sentence, and nothing in it is changed", async () => {
  await test.owner`update drizzle.__drizzle_migrations set created_at = 1795902222559`;
  const tables = () =>
    test.owner`select relname from pg_class where relnamespace = 'public'::regnamespace order by 1`;
  const before = await tables();
  await expect(migrate(test.ownerUrl, "once_app")).rejects.toThrow("made by an earlier build");
  expect(await tables()).toEqual(before);
});
