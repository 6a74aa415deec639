/** A place in a list that runs from the newest to the oldest: after the entry of this instant and id. */
import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

export type Position = { at: Date; id: string };

/**
 * Whether an entry comes after `position`. A place in the list and no count of entries, so that what is inserted
 * meanwhile shifts nothing: nobody who turns pages sees an entry twice or misses one that was there.
 */
export function isAfter(at: PgColumn, id: PgColumn, position: Position): SQL {
  return sql`(${at}, ${id}) < (${position.at.toISOString()}::timestamptz, ${position.id}::uuid)`;
}
