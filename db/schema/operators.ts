/** What operators did, and what they were asked for. */
import { sql } from "drizzle-orm";
import { check, index, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { AUDIT_ACTIONS, AUDIT_SUBJECTS } from "../operators/audit-actions.ts";
import { users } from "./auth.ts";
import { instant } from "./columns.ts";

/** Who did what to whom, and why. Append-only; each row is written by the statement that does what it tells. */
export const auditLog = pgTable(
  "audit_log",
  {
    /** For what moves money the payment's own id, so that one payment has one row; for a request of an adjustment the request's. */
    id: uuid("id").primaryKey(),
    actorId: uuid("actor_id").notNull(),
    action: text("action", { enum: AUDIT_ACTIONS }).notNull(),
    subjectKind: text("subject_kind", { enum: AUDIT_SUBJECTS }).notNull(),
    /** The id of a user, an account, a payment or an adjustment, or the code of a currency. */
    subjectId: text("subject_id").notNull(),
    reason: text("reason").notNull(),
    /** What was so before, and after; amounts as text of minor units. */
    before: jsonb("before").$type<Record<string, unknown>>(),
    after: jsonb("after").$type<Record<string, unknown>>(),
    at: instant("at").notNull(),
  },
  (table) => [
    index("audit_log_at").on(table.at, table.id),
    index("audit_log_subject").on(table.subjectId, table.at),
    index("audit_log_actor").on(table.actorId, table.at, table.id),
    index("audit_log_action").on(table.action, table.at, table.id),
    check("audit_log_reason_given", sql`btrim(${table.reason}) <> ''`),
  ],
);

/** Somebody asks to be a merchant under a name. Decided once, by an operator, with a reason. */
export const merchantRequests = pgTable(
  "merchant_requests",
  {
    /** Made by the form, so that a form that is sent twice asks once. */
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id),
    businessName: text("business_name").notNull(),
    /** What they sell, in their words. */
    sells: text("sells").notNull(),
    state: text("state", { enum: ["pending", "approved", "declined"] }).notNull(),
    decidedBy: uuid("decided_by"),
    decisionReason: text("decision_reason"),
    decidedAt: instant("decided_at"),
    createdAt: instant("created_at").notNull(),
  },
  (table) => [
    index("merchant_requests_state").on(table.state, table.createdAt),
    index("merchant_requests_user").on(table.userId, table.createdAt),
    uniqueIndex("merchant_requests_one_pending").on(table.userId).where(sql`state = 'pending'`),
    check(
      "merchant_requests_decided_whole",
      sql`(${table.state} = 'pending') = (${table.decidedAt} is null) and (${table.decidedAt} is null) = (${table.decidedBy} is null) and (${table.decidedAt} is null) = (${table.decisionReason} is null)`,
    ),
    check("merchant_requests_state_known", sql`${table.state} in ('pending', 'approved', 'declined')`),
  ],
);
