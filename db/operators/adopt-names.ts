/** Names of merchants and operators of before names had to be ones that nobody else can be taken for. */
import type postgres from "postgres";
import { skeletonOf } from "../../lib/text/reserved-names.ts";

type Trusted = { id: string; name: string; handle: string };
/** Which of the two, and of whom: somebody who became one earlier has the same skeleton. */
type Collision = { what: "name" | "handle"; of: string; with: string };

/**
 * Stores the skeletons of merchants and operators who have none, the earliest first, on a connection of the tables' owner.
 * Of two who can be taken for one another the later keeps none. Returns those, for a warning: who they are, and which of
 * them is to change, only an operator knows. Does nothing where all have theirs.
 */
export async function adoptNames(sql: postgres.Sql): Promise<Collision[]> {
  const lacking = await sql<Trusted[]>`
    select id, name, handle from users
     where role <> 'payer' and (name_skeleton is null or handle_skeleton is null) order by created_at, id`;
  const collisions: Collision[] = [];
  for (const { id, name, handle } of lacking) {
    for (const [what, text] of [
      ["name", name],
      ["handle", handle],
    ] as const) {
      const [column, skeleton] = [sql(`${what}_skeleton`), skeletonOf(text)];
      // Only what is as it was read: whoever changes them meanwhile stores their own.
      const stored = await unlessTaken(sql`
        update users set ${column} = ${skeleton}
         where id = ${id} and role <> 'payer' and ${sql(what)} = ${text} and ${column} is null`);
      if (stored) continue;
      const [other] = await sql<{ handle: string }[]>`select handle from users where ${column} = ${skeleton}`;
      collisions.push({ what, of: handle, with: other?.handle ?? "" });
    }
  }
  return collisions;
}

/** Whether the statement went through; false where another row has the value. */
async function unlessTaken(statement: PromiseLike<unknown>): Promise<boolean> {
  try {
    await statement;
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === "23505") return false;
    throw error;
  }
}

/** A collision in words, for whoever runs the service. */
export function describeCollision({ what, of, with: other }: Collision): string {
  return `The ${what} of @${of} can be taken for the ${what} of @${other}, and both are merchants or operators: agree on another ${
    what === "name" ? "name (npm run operator -- merchant HANDLE --name …)" : "account for one of them"
  }.`;
}
