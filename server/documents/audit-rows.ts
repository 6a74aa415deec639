/** The audit log and security events as tables. Columns are added at the end only: programs read them by place. */
import type { AuditEntry } from "@/db/operators/audit";
import type { SecurityEvent } from "@/db/security/list";
import type { CsvCell } from "./csv.ts";

export const AUDIT_COLUMNS = [
  "at",
  "id",
  "actor_id",
  "actor_handle",
  "action",
  "subject_kind",
  "subject_id",
  "subject",
  "reason",
  "before",
  "after",
] as const;

/** An entry as a row: its time in UTC, what was before and after as JSON. */
export function auditCells(entry: AuditEntry): CsvCell[] {
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  const row: Record<(typeof AUDIT_COLUMNS)[number], CsvCell> = {
    at: entry.at.toISOString(),
    id: entry.id,
    actor_id: entry.actorId,
    actor_handle: entry.actor,
    action: entry.action,
    subject_kind: entry.subjectKind,
    subject_id: entry.subjectId,
    subject: entry.subject,
    reason: entry.reason,
    before: json(entry.before),
    after: json(entry.after),
  };
  return AUDIT_COLUMNS.map((name) => row[name]);
}

export const SECURITY_COLUMNS = [
  "at",
  "last_at",
  "id",
  "kind",
  "count",
  "user_id",
  "user_handle",
  "address",
  "user_agent",
  "detail",
] as const;

/** An event as a row, or several of a minute that are counted in one: its times in UTC. */
export function securityCells(event: SecurityEvent): CsvCell[] {
  const row: Record<(typeof SECURITY_COLUMNS)[number], CsvCell> = {
    at: event.at.toISOString(),
    last_at: event.lastAt.toISOString(),
    id: event.id,
    kind: event.kind,
    count: { figures: event.count.toString() },
    user_id: event.user?.id ?? null,
    user_handle: event.user?.handle ?? null,
    address: event.address ?? null,
    user_agent: event.userAgent ?? null,
    detail: event.detail ?? null,
  };
  return SECURITY_COLUMNS.map((name) => row[name]);
}
