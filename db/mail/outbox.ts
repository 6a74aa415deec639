/**
 * The outbox, written and read. Each function is one statement of its own; none is part of anything about money, and nothing
 * about money waits for one.
 *
 * A mail is sent at least once as long as its time lasts: a server that dies after the mail server took a mail, and before
 * that was written, leaves it to another, which sends it again with the same Message-ID.
 */
import { desc, eq } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { Locale } from "../../lib/locale.ts";
import { database } from "../connection/client.ts";
import { mailOutbox } from "../schema/mail.ts";

/** `key` names the mail: of several with the same one, the first is stored. `content` is what it is composed of, as JSON. */
export type NewMail = {
  key: string;
  kind: string;
  recipient: string;
  locale: Locale;
  content: object;
  /** For how long it is worth sending. */
  expiresInSeconds: number;
};

/** A mail that this server is to send now. `attempt` counts the tries, this one among them. */
export type ClaimedMail = {
  id: string;
  kind: string;
  recipient: string;
  locale: Locale;
  content: unknown;
  enqueuedAtMs: number;
  attempt: number;
};

/**
 * A server that claimed a mail has this long to send it and to say so; then another may. Longer than the time after which
 * the sender itself gives up (server/mail/worker.ts), so that two do not send at once.
 */
export const LEASE_SECONDS = 120;
/** Longer than any reason that says one thing. */
const REASON_MAX_LENGTH = 500;
/** Long enough that a late repetition of what a mail was for does not send it again, and to look into a complaint. */
const KEPT_DAYS = 30;

/**
 * Stores mails, in one statement; those whose key is there already are left as they are. Returns how many are new. Throws
 * where the database cannot be reached.
 */
export async function enqueueMails(mails: readonly NewMail[]): Promise<number> {
  if (mails.length === 0) return 0;
  const rows = mails.map((mail) => ({
    id: uuidv7(),
    dedupe_key: mail.key,
    kind: mail.kind,
    recipient: mail.recipient,
    locale: mail.locale,
    content: mail.content,
    seconds: mail.expiresInSeconds,
  }));
  const stored = await database().readingSql`
    insert into mail_outbox (id, dedupe_key, kind, recipient, locale, content, expires_at)
    select m.id, m.dedupe_key, m.kind, m.recipient, m.locale, m.content, now() + make_interval(secs => m.seconds)
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb)
        as m(id uuid, dedupe_key text, kind text, recipient text, locale text, content jsonb, seconds double precision)
     order by m.dedupe_key
    on conflict (dedupe_key) do nothing`;
  return stored.count;
}

/**
 * Takes up to `mailsMax` mails that are due, of the kinds that this build can compose: a newer build beside it may have
 * stored others. No two servers take the same one.
 */
export async function claimMails(kinds: readonly string[], mailsMax: number): Promise<ClaimedMail[]> {
  return await database().readingSql<ClaimedMail[]>`
    with due as (
      select id from mail_outbox
       where due_at <= now() and expires_at > now() and kind = any (string_to_array(${kinds.join(",")}, ','))
       order by due_at limit ${mailsMax} for update skip locked
    )
    update mail_outbox m
       set attempts = m.attempts + 1, due_at = now() + make_interval(secs => ${LEASE_SECONDS})
      from due where m.id = due.id
    returning m.id, m.kind, m.recipient, m.locale, m.content, m.attempts as attempt,
              (extract(epoch from m.enqueued_at) * 1000)::float8 as enqueued_at_ms`;
}

/** The mail server has taken the mail: its content goes. In the demo `demoCopy` stays, as JSON. */
export async function recordSent(id: string, demoCopy?: object): Promise<void> {
  const copy = demoCopy === undefined ? null : JSON.stringify(demoCopy);
  await database().readingSql`
    update mail_outbox
       set outcome = 'sent', content = null, due_at = null, finished_at = now(), reason = null,
           demo_copy = ${copy}::text::jsonb
     where id = ${id} and outcome is null`;
}

/**
 * A try that failed: the mail is due again after `retryInSeconds`; undefined: it is given up, and its content goes. Without
 * effect where another server has taken the mail meanwhile.
 */
export async function recordFailure(
  mail: Pick<ClaimedMail, "id" | "attempt">,
  reason: string,
  retryInSeconds: number | undefined,
): Promise<void> {
  // Text in PostgreSQL holds no NUL; a reason that cannot be written would have the mail tried for ever.
  const short = reason.replaceAll(/\p{C}+/gu, " ").slice(0, REASON_MAX_LENGTH);
  const isOver = retryInSeconds === undefined;
  await database().readingSql`
    update mail_outbox
       set reason = ${short},
           due_at = case when ${isOver} then null else now() + make_interval(secs => ${retryInSeconds ?? 0}) end,
           outcome = case when ${isOver} then 'given-up' end,
           content = case when ${isOver} then null else content end,
           finished_at = case when ${isOver} then now() end
     where id = ${mail.id} and attempts = ${mail.attempt} and outcome is null`;
}

/** A mail whose time was over before it was sent. */
export type ExpiredMail = { id: string; kind: string; attempts: number };

/** Gives up the mails whose time is over, with the reason of their latest try, and deletes old ones. Safe on several servers at once. */
export async function expireMails(): Promise<ExpiredMail[]> {
  const { readingSql } = database();
  const expired = await readingSql<ExpiredMail[]>`
    update mail_outbox
       set outcome = 'given-up', content = null, due_at = null, finished_at = now(),
           reason = coalesce(reason, 'It was never tried.')
     where due_at is not null and expires_at <= now()
    returning id, kind, attempts`;
  await readingSql`
    delete from mail_outbox where finished_at < now() - make_interval(days => ${KEPT_DAYS})`;
  return [...expired];
}

/** A payment whose payer may want its receipt by mail. */
export type ReceiptDue = { paymentId: string; userId: string };

/**
 * Stores the receipts of payments for their payers: those whose address is verified and who have not switched receipts off.
 * Each payment's receipt is stored once, however often this is called. Returns how many are new.
 */
export async function enqueueReceipts(due: readonly ReceiptDue[], expiresInSeconds: number): Promise<number> {
  if (due.length === 0) return 0;
  const rows = due.map(({ paymentId, userId }) => ({ id: uuidv7(), payment_id: paymentId, user_id: userId }));
  const stored = await database().readingSql`
    insert into mail_outbox (id, dedupe_key, kind, recipient, locale, content, expires_at)
    select r.id, 'receipt:' || r.payment_id, 'receipt', u.email, u.locale,
           jsonb_build_object('paymentId', r.payment_id, 'userId', r.user_id),
           now() + make_interval(secs => ${expiresInSeconds})
      from jsonb_to_recordset(${JSON.stringify(rows)}::text::jsonb) as r(id uuid, payment_id uuid, user_id uuid)
      join users u on u.id = r.user_id
     where u.email_verified and u.receipts_by_mail
     order by r.payment_id
    on conflict (dedupe_key) do nothing`;
  return stored.count;
}

/** A mail as the demo's page lists it. `at` is RFC 3339 in UTC. */
export type ListedMail = {
  id: string;
  kind: string;
  recipient: string;
  state: "waiting" | "sent" | "given-up";
  reason: string | null;
  at: string;
  demoCopy: unknown;
};

const listed = (mail: typeof mailOutbox.$inferSelect): ListedMail => ({
  id: mail.id,
  kind: mail.kind,
  recipient: mail.recipient,
  state: mail.outcome ?? "waiting",
  reason: mail.reason,
  at: mail.enqueuedAt.toISOString(),
  demoCopy: mail.demoCopy,
});

/** The latest mails, newest first, for the demo's page. */
export async function listMails(mailsMax: number): Promise<ListedMail[]> {
  const found = await database()
    .reading.select()
    .from(mailOutbox)
    .orderBy(desc(mailOutbox.enqueuedAt), desc(mailOutbox.id))
    .limit(mailsMax);
  return found.map(listed);
}

export async function findMail(id: string): Promise<ListedMail | undefined> {
  const [found] = await database().reading.select().from(mailOutbox).where(eq(mailOutbox.id, id));
  return found && listed(found);
}
