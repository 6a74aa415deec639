/** Pages of a list, over HTTP: `?cursor=&limit=`, and the cursor of the page after. */
import type { Cursor } from "@/db/execution/cursor";
import { listQuery, parseQuery } from "@/lib/api/requests";
import type { ApiAnswer } from "../answer.ts";
import type { ApiRequest } from "../fast-path/api-request.ts";
import { fail, invalid, json } from "../responses.ts";
import { isUuid } from "./key-header.ts";

/** What a list is of. A cursor of one list is none of another. */
type ListName =
  | "payments"
  | "orders"
  | "links"
  | "sales"
  | "adjustments"
  | "keys"
  | "people"
  | "audit"
  | "security";

/** An instant as Date writes it, in the years that PostgreSQL and everybody else agree on. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
/** A cursor of ours is shorter; nothing longer is decoded. */
const CURSOR_MAX_LENGTH = 200;

/** Writes a position down as a cursor: opaque, so that nobody comes to rely on what is in it. */
export function cursorOf(list: ListName, { at, id }: Cursor): string {
  return Buffer.from(`${list} ${at.toISOString()} ${id}`).toString("base64url");
}

/** The position that a cursor stands for; undefined unless `cursorOf` of the same list wrote it, or could have. */
export function readCursor(list: ListName, cursor: string): Cursor | undefined {
  if (cursor.length > CURSOR_MAX_LENGTH) return undefined;
  const [, instant = "", id = ""] = Buffer.from(cursor, "base64url").toString("latin1").split(" ");
  const at = new Date(instant);
  if (!INSTANT.test(instant) || !isUuid(id) || !(at.getTime() >= 0)) return undefined;
  // Written anew it must be the same: one spelling, nothing left over, the same list.
  return cursorOf(list, { at, id }) === cursor ? { at, id } : undefined;
}

/**
 * Answers with one page of `list`. `find` returns the entries after a position, newest first, at most as many as it is
 * asked for; it is asked for one more than the page holds, so that the last page says it is the last.
 */
export async function pageOf<Entry>(
  list: ListName,
  request: Pick<ApiRequest, "url">,
  find: (limit: number, after: Cursor | undefined) => Promise<Entry[]>,
  { show, positionOf }: { show: (entry: Entry) => unknown; positionOf: (entry: Entry) => Cursor },
): Promise<ApiAnswer> {
  const query = parseQuery(listQuery, new URL(request.url).searchParams);
  if (!query.ok) return fail("invalid-request", { errors: query.errors });
  const { cursor, limit } = query.value;
  const after = cursor === undefined ? undefined : readCursor(list, cursor);
  if (cursor !== undefined && after === undefined)
    return invalid("/cursor", `is no cursor of this list: send nextCursor of the page before as it is`);
  const found = await find(limit + 1, after);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const nextCursor = found.length > limit && last !== undefined ? cursorOf(list, positionOf(last)) : null;
  return json(200, { [list]: page.map(show), nextCursor });
}
