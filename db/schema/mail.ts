/**
 * The outbox: mails that are to be sent, and what became of them. A mail is stored first and sent afterwards, by whichever
 * server comes to it, so that nothing that a person does waits for a mail server.
 */
import { sql } from "drizzle-orm";
import { check, index, integer, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { instant, thisMoment } from "./columns.ts";

export const mailOutbox = pgTable(
  "mail_outbox",
  {
    /** Made by the application; the mail's Message-ID is made of it, so a mail that is sent twice is recognisable. */
    id: uuid("id").primaryKey(),
    /** What the mail is about, as `receipt:{paymentId}`: the same mail is stored once. */
    dedupeKey: text("dedupe_key").notNull().unique("mail_outbox_dedupe_key_unique"),
    kind: text("kind").notNull(),
    recipient: text("recipient").notNull(),
    locale: text("locale").notNull(),
    /** What the mail is composed of, which may be a secret link: gone as soon as it is sent, given up or expired. */
    content: jsonb("content"),
    enqueuedAt: instant("enqueued_at").notNull().default(thisMoment),
    /** From then on it is not sent any more. */
    expiresAt: instant("expires_at").notNull(),
    attempts: integer("attempts").notNull().default(0),
    /** When it is sent next; while a server sends it, when another may. Null once nothing is to be done. */
    dueAt: instant("due_at").default(thisMoment),
    outcome: text("outcome", { enum: ["sent", "given-up"] }),
    /** Why it was not sent, at the latest try. */
    reason: text("reason"),
    finishedAt: instant("finished_at"),
    /** In the demo alone: the mail as it was made, for the page that shows it. */
    demoCopy: jsonb("demo_copy"),
  },
  (table) => [
    check("mail_outbox_outcome_known", sql`${table.outcome} in ('sent', 'given-up')`),
    check(
      "mail_outbox_finished_without_content",
      sql`(${table.outcome} is null) = (${table.content} is not null)
        and (${table.outcome} is null) = (${table.dueAt} is not null)
        and (${table.outcome} is null) = (${table.finishedAt} is null)`,
    ),
    index("mail_outbox_due_at").on(table.dueAt).where(sql`${table.dueAt} is not null`),
    index("mail_outbox_finished_at").on(table.finishedAt).where(sql`${table.finishedAt} is not null`),
  ],
);
