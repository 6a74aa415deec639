import type postgres from "postgres";

/** A change of a database function, whose `find` is taken away or replaced, or a statement run as the owner of the tables. */
export type DatabaseChange = { from: string; find: string; replace?: string } | { sql: string };

/** `without`: the guarantee whose code is taken away. */
export type Mutant = DatabaseChange & { name: string; without: string };

/** Applies `change` as `owner`, the role that owns the functions. Throws where its code is not found exactly once. */
export async function plant(
  owner: Pick<postgres.Sql<{ bigint: bigint }>, "unsafe">,
  change: DatabaseChange,
): Promise<void> {
  if ("sql" in change) {
    await owner.unsafe(change.sql);
    return;
  }
  const [row] = await owner.unsafe<{ definition: string }[]>(
    "select pg_get_functiondef(oid) as definition from pg_proc where proname = $1",
    [change.from],
  );
  const parts = row?.definition.split(change.find) ?? [];
  if (parts.length !== 2)
    throw new Error(`"${change.find}" stands ${parts.length - 1} times in ${change.from}, not once.`);
  await owner.unsafe(parts.join(change.replace ?? ""));
}
