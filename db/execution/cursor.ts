/** Keyset pagination of a list that runs from the newest to the oldest entry. */
import { type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

/** The last entry of a page; the next page begins after it. */
export type Cursor = { at: Date; id: string };

/** Whether an entry comes after `cursor`. By the entry and no offset, so that what is inserted meanwhile shifts nothing. */
export function isAfter(at: PgColumn, id: PgColumn, cursor: Cursor): SQL {
  return sql`(${at}, ${id}) < (${cursor.at.toISOString()}::timestamptz, ${cursor.id}::uuid)`;
}

/** Where in a list somebody looks: at most so many entries, after a place, and how far a search may go for them. */
export type Search = { limit: number; after?: Cursor | undefined };

/**
 * A part of a list that is searched through. `next`: where the rest begins, if there is one. `isCut`: the search ended
 * after as many entries as it may read, before it had found enough.
 */
export type Found<Entry> = { entries: Entry[]; next: Cursor | undefined; isCut: boolean };
