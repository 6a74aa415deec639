/** Security events, read for operators. */
import { and, desc, eq, gte, lt } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { type Cursor, isAfter } from "../execution/cursor.ts";
import { users } from "../schema/auth.ts";
import { securityEvents } from "../schema/security-events.ts";
import type { SecurityKind } from "./kinds.ts";

/** One event, or several of a minute that are counted in one. */
export type SecurityEvent = {
  id: string;
  at: Date;
  lastAt: Date;
  kind: SecurityKind;
  user: { id: string; handle: string } | undefined;
  address: string | undefined;
  userAgent: string | undefined;
  detail: string | undefined;
  count: number;
};

/** From and until are instants, the second one excluded. */
export type SecurityFilter = {
  userId?: string | undefined;
  kind?: SecurityKind | undefined;
  address?: string | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
};

/** Events that fit `filter`, newest first; what was before `after`, where it is given. */
export async function listSecurityEvents(
  filter: SecurityFilter,
  { limit, after }: { limit: number; after?: Cursor | undefined },
): Promise<SecurityEvent[]> {
  const rows = await database()
    .reading.select({
      id: securityEvents.id,
      at: securityEvents.at,
      lastAt: securityEvents.lastAt,
      kind: securityEvents.kind,
      userId: securityEvents.userId,
      handle: users.handle,
      address: securityEvents.address,
      userAgent: securityEvents.userAgent,
      detail: securityEvents.detail,
      count: securityEvents.count,
    })
    .from(securityEvents)
    .leftJoin(users, eq(users.id, securityEvents.userId))
    .where(
      and(
        filter.userId === undefined ? undefined : eq(securityEvents.userId, filter.userId),
        filter.kind === undefined ? undefined : eq(securityEvents.kind, filter.kind),
        filter.address === undefined ? undefined : eq(securityEvents.address, filter.address),
        filter.from && gte(securityEvents.at, filter.from),
        filter.until && lt(securityEvents.at, filter.until),
        after && isAfter(securityEvents.at, securityEvents.id, after),
      ),
    )
    .orderBy(desc(securityEvents.at), desc(securityEvents.id))
    .limit(limit);
  return rows.map(({ userId, handle, address, userAgent, detail, ...row }) => ({
    ...row,
    user: userId === null ? undefined : { id: userId, handle: handle ?? "?" },
    address: address ?? undefined,
    userAgent: userAgent ?? undefined,
    detail: detail ?? undefined,
  }));
}

/** All that fits `filter`, newest first, page after page: never more than one page in memory. */
export async function* securityPages(
  filter: SecurityFilter,
  pageSize: number,
): AsyncGenerator<SecurityEvent[]> {
  let after: Cursor | undefined;
  for (;;) {
    const page: SecurityEvent[] = await listSecurityEvents(filter, { limit: pageSize, after });
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { at: last.at, id: last.id };
  }
}
