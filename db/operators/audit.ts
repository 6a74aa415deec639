/** The audit log, read. It is written by the SQL functions that act (audit.sql). */
import { aliasedTable, desc, eq, sql } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { type Cursor, isAfter } from "../execution/cursor.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts } from "../schema/ledger.ts";
import { auditLog } from "../schema/operators.ts";
import type { AuditAction } from "./audit-actions.ts";

/** One thing that an operator did. `subject`: a handle, a handle and its account's currency, or a currency. */
export type AuditEntry = {
  id: string;
  at: Date;
  actor: string;
  action: AuditAction;
  subject: string;
  reason: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

const actor = aliasedTable(users, "actor");
const subject = aliasedTable(users, "subject");
const owner = aliasedTable(users, "owner");

/** What operators did, newest first; what was before `after`, where it is given. */
export async function listAudit(limit: number, after?: Cursor): Promise<AuditEntry[]> {
  const rows = await database()
    .reading.select({
      id: auditLog.id,
      at: auditLog.at,
      actor: actor.handle,
      action: auditLog.action,
      subjectId: auditLog.subjectId,
      subjectHandle: subject.handle,
      ownerHandle: owner.handle,
      currency: ledgerAccounts.currency,
      reason: auditLog.reason,
      before: auditLog.before,
      after: auditLog.after,
    })
    .from(auditLog)
    .leftJoin(actor, eq(actor.id, auditLog.actorId))
    .leftJoin(subject, sql`${auditLog.subjectKind} = 'user' and ${subject.id}::text = ${auditLog.subjectId}`)
    .leftJoin(
      ledgerAccounts,
      sql`${auditLog.subjectKind} = 'account' and ${ledgerAccounts.id}::text = ${auditLog.subjectId}`,
    )
    .leftJoin(owner, eq(owner.id, ledgerAccounts.ownerId))
    .where(after && isAfter(auditLog.at, auditLog.id, after))
    .orderBy(desc(auditLog.at), desc(auditLog.id))
    .limit(limit);
  return rows.map(({ subjectId, subjectHandle, ownerHandle, currency, ...row }) => ({
    ...row,
    actor: row.actor ?? "?",
    subject: subjectHandle ?? (ownerHandle === null ? subjectId : `${ownerHandle} ${currency}`),
  }));
}
