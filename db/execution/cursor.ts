/** Keyset pagination of a list that runs from the newest to the oldest entry. */
import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/** The last entry of a page; the next page begins after it. */
export type Cursor = { at: Date; id: string };

/** Whether an entry comes after `cursor`. By the entry and no offset, so that what is inserted meanwhile shifts nothing. */
export function isAfter(at: PgColumn, id: PgColumn, cursor: Cursor): SQL {
  return sql`(${at}, ${id}) < (${cursor.at.toISOString()}::timestamptz, ${cursor.id}::uuid)`;
}
