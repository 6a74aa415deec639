/** The audit log, read. It is written by the SQL functions that act (audit.sql). */
import { aliasedTable, and, desc, eq, gte, inArray, lt, type SQL, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { type Cursor, isAfter } from "../execution/cursor.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts } from "../schema/ledger.ts";
import { auditLog } from "../schema/operators.ts";
import type { AuditAction } from "./audit-actions.ts";

/** One thing that an operator did. `subject`: a handle, a handle and its account's currency, or whatever else it was done to. */
export type AuditEntry = {
  id: string;
  at: Date;
  actorId: string;
  actor: string;
  action: AuditAction;
  subjectKind: (typeof auditLog.$inferSelect)["subjectKind"];
  subjectId: string;
  subject: string;
  /** Whom it was done to, where it was a person or their account. */
  subjectUserId: string | undefined;
  /** What amounts in it are of: the account's currency, or the one that was opened. */
  currency: string | undefined;
  reason: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

/** From and until are instants, the second one excluded. `userId`: what was done to that person or their accounts. */
export type AuditFilter = {
  actorId?: string | undefined;
  action?: AuditAction | undefined;
  userId?: string | undefined;
  /** The id of anything, or the code of a currency. */
  subjectId?: string | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
};

const actor = aliasedTable(users, "actor");
const subject = aliasedTable(users, "subject");
const owner = aliasedTable(users, "owner");
const ofSubject = aliasedTable(auditLog, "of_subject");

/** The subject as the id of a row of its kind; other kinds have ids of other forms, and this comes before them. */
const idOf = (kind: "user" | "account") =>
  sql`(case when ${auditLog.subjectKind} = ${sql.raw(`'${kind}'`)} then ${auditLog.subjectId}::uuid end)`;

/** What operators did, newest first; what was before `after`, where it is given. */
export function listAudit(limit: number, after?: Cursor): Promise<AuditEntry[]> {
  return searchAudit({}, { limit, after });
}

/** What operators did and fits `filter`, newest first; what was before `after`, where it is given. */
export async function searchAudit(
  filter: AuditFilter,
  { limit, after }: { limit: number; after?: Cursor | undefined },
): Promise<AuditEntry[]> {
  const subjects = await subjectsOf(filter);
  const fits = (table: typeof auditLog) =>
    and(conditionsOf(table, filter), after && isAfter(table.at, table.id, after));
  const rows = await database()
    .reading.select({
      id: auditLog.id,
      at: auditLog.at,
      actorId: auditLog.actorId,
      actor: actor.handle,
      action: auditLog.action,
      subjectKind: auditLog.subjectKind,
      subjectId: auditLog.subjectId,
      subjectHandle: subject.handle,
      ownerId: owner.id,
      ownerHandle: owner.handle,
      currency: ledgerAccounts.currency,
      reason: auditLog.reason,
      before: auditLog.before,
      after: auditLog.after,
    })
    .from(auditLog)
    .leftJoin(actor, eq(actor.id, auditLog.actorId))
    .leftJoin(subject, eq(subject.id, idOf("user")))
    .leftJoin(ledgerAccounts, eq(ledgerAccounts.id, idOf("account")))
    .leftJoin(owner, eq(owner.id, ledgerAccounts.ownerId))
    .where(
      subjects === undefined
        ? fits(auditLog)
        : inArray(auditLog.id, newestOfEach(subjects, fits(ofSubject), limit)),
    )
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(limit);
  return rows.map(({ subjectHandle, ownerId, ownerHandle, currency, ...row }) => ({
    ...row,
    currency: row.subjectKind === "currency" ? row.subjectId : (currency ?? undefined),
    actor: row.actor ?? "?",
    subject: subjectHandle ?? (ownerHandle === null ? row.subjectId : `${ownerHandle} ${currency}`),
    subjectUserId: subjectHandle === null ? (ownerId ?? undefined) : row.subjectId,
  }));
}

/** All that fits `filter`, newest first, page after page: never more than one page in memory. */
export async function* auditPages(filter: AuditFilter, pageSize: number): AsyncGenerator<AuditEntry[]> {
  let after: Cursor | undefined;
  for (;;) {
    const page: AuditEntry[] = await searchAudit(filter, { limit: pageSize, after });
    yield page;
    const last = page.at(-1);
    if (last === undefined || page.length < pageSize) return;
    after = { at: last.at, id: last.id };
  }
}

function conditionsOf(table: typeof auditLog, { actorId, action, from, until }: AuditFilter) {
  return and(
    actorId === undefined ? undefined : eq(table.actorId, actorId),
    action === undefined ? undefined : eq(table.action, action),
    from && gte(table.at, from),
    until && lt(table.at, until),
  );
}

/** What an entry may be about; undefined where anything. A person is also the subject of what was done to one of their accounts. */
async function subjectsOf({ userId, subjectId }: AuditFilter): Promise<string[] | undefined> {
  if (userId === undefined) return subjectId === undefined ? undefined : [subjectId];
  const accounts = await database()
    .reading.select({ id: ledgerAccounts.id })
    .from(ledgerAccounts)
    .where(eq(ledgerAccounts.ownerId, userId));
  return [userId, ...accounts.map(({ id }) => id)];
}

/**
 * The ids of the newest `limit` entries of each subject, read by the subject's index. Asked for "of any of these" and the newest first,
 * PostgreSQL may read the whole log by its time instead, in the hope of meeting enough of them soon.
 */
function newestOfEach(subjects: readonly string[], fits: SQL | undefined, limit: number): SQL {
  const newest = database()
    .reading.select({ id: ofSubject.id })
    .from(ofSubject)
    .where(and(eq(ofSubject.subjectId, sql`s.subject`), fits))
    .orderBy(desc(ofSubject.at), desc(ofSubject.id))
    .limit(limit);
  const each = sql.join(
    subjects.map((subject) => sql`(${subject}::text)`),
    sql`, `,
  );
  return sql`(select newest.id from (values ${each}) s (subject) cross join lateral (${newest}) newest)`;
}
