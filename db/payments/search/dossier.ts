/** All that is known of one payment, for operators. Read by primary keys and indexes alone; writes nothing. */
import { sql } from "drizzle-orm";
import type { Payment } from "../../../lib/api/payment.ts";
import type { Arrival } from "../../../lib/receipt.ts";
import { listArrivals } from "../../attempts/list.ts";
import { database } from "../../connection/client.ts";
import type { PaymentRow } from "../row.ts";
import { renderPayment } from "../views/render.ts";
import type { PersonNamed } from "./search.ts";

/** One side of a payment. What it left and which entry it was, where something moved; minor units. */
export type DossierSide = {
  accountId: string;
  /** Null: the house. */
  owner: PersonNamed | null;
  /** What may leave it in a day as things are now; null where nothing limits it. What held when the payment was settled is not kept. */
  dayLimitMinor: bigint | null;
  moved: { version: string; beforeMinor: bigint; afterMinor: bigint } | null;
};

/** A payment beside this one: a refund of it, or another try for the same. */
type Related = {
  id: string;
  status: Payment["status"];
  declineCode: string | null;
  amountMinor: bigint;
  settledAt: Date;
  note: string | null;
  /** Who asked for it. */
  by: PersonNamed | null;
};

type DossierMail = {
  id: string;
  recipient: string;
  enqueuedAt: Date;
  outcome: "sent" | "given-up" | null;
  finishedAt: Date | null;
  reason: string | null;
};

/** What an operator did that concerns the payment. */
type DossierAct = { id: string; at: Date; action: string; reason: string; by: PersonNamed | null };

type DossierOrder = {
  id: string;
  description: string;
  createdAt: Date;
  cancelledAt: Date | null;
  expiresAt: Date | null;
  paidBy: string | null;
  linkId: string | null;
  merchant: PersonNamed | null;
};

export type Dossier = {
  payment: Payment;
  row: PaymentRow & { requestHash: string };
  askedBy: PersonNamed | null;
  debit: DossierSide;
  credit: DossierSide;
  seal: { position: string; hash: string; sealedAt: Date } | null;
  arrivals: Arrival[];
  refunds: Related[];
  refundedMinor: bigint;
  /** Other payments of the same person for the same order or form, tries that were declined among them. */
  others: Related[];
  order: DossierOrder | null;
  mails: DossierMail[];
  acts: DossierAct[];
};

/** More refunds of one payment, or tries for one order, than anybody makes by hand. */
const RELATED_MAX = 50;
/** Tries for the same are looked for among those that were declined this long before and after. */
const TRIES_DAYS = 7;
/** So many declined tries of somebody are looked through for that. */
const TRIES_READ_MAX = 2_000;

/** The payment with this id, with everything around it; undefined where there is none. */
export async function readDossier(id: string): Promise<Dossier | undefined> {
  const row = await findRow(id);
  if (row === undefined) return undefined;
  const [sides, arrivals, refunds, others, order, mails, acts] = await Promise.all([
    readSides(row),
    listArrivals(row.userId, row.id),
    readRefunds(row),
    readOthers(row),
    row.kind === "order" ? readOrder(row.purposeId) : null,
    readMails(row.id),
    readActs(row.id),
  ]);
  return {
    payment: renderPayment(row),
    row,
    ...sides,
    arrivals,
    ...refunds,
    others,
    order,
    mails,
    acts,
  };
}

const PERSON = (id: string) =>
  sql.raw(
    `(select jsonb_build_object('id', u.id, 'name', u.name, 'handle', u.handle) from users u where u.id = ${id})`,
  );

async function findRow(id: string): Promise<Dossier["row"] | undefined> {
  const [row] = await database().reading.execute<
    Omit<Dossier["row"], "amountMinor" | "settledAt"> & { amountMinor: string; settledAt: string }
  >(sql`
    select p.user_id, p.id, p.kind, p.purpose_id, p.subject_id, p.status, p.decline_code, p.amount_minor::text as amount_minor,
           p.currency::text as currency, p.payer_account_id, p.payee_account_id, p.note, p.renderer, p.settled_at,
           encode(p.request_hash, 'hex') as request_hash
      from payments p where p.id = ${id}::uuid limit 1`);
  return row && { ...row, amountMinor: BigInt(row.amountMinor), settledAt: new Date(row.settledAt) };
}

async function readSides(
  row: Dossier["row"],
): Promise<Pick<Dossier, "askedBy" | "debit" | "credit" | "seal">> {
  const [found] = await database().reading.execute<{
    askedBy: PersonNamed | null;
    payer: PersonNamed | null;
    payee: PersonNamed | null;
    debitLimit: string | null;
    creditLimit: string | null;
    debitVersion: string | null;
    debitBalance: string | null;
    creditVersion: string | null;
    creditBalance: string | null;
    position: string | null;
    hash: string | null;
    sealedAt: string | null;
  }>(sql`
    select ${PERSON("p.user_id")} as asked_by, ${PERSON("d.owner_id")} as payer, ${PERSON("c.owner_id")} as payee,
           d.day_limit_minor::text as debit_limit, c.day_limit_minor::text as credit_limit,
           t.debit_version::text as debit_version, t.debit_balance_minor::text as debit_balance,
           t.credit_version::text as credit_version, t.credit_balance_minor::text as credit_balance,
           s.position::text as position, encode(s.hash, 'hex') as hash, s.sealed_at
      from (select ${row.userId}::uuid as user_id, ${row.id}::uuid as id, ${row.payerAccountId}::uuid as payer_account_id,
                   ${row.payeeAccountId}::uuid as payee_account_id) p
      left join ledger_accounts d on d.id = p.payer_account_id
      left join ledger_accounts c on c.id = p.payee_account_id
      left join ledger_transfers t on t.id = p.id
      left join ledger_seals s on s.transfer_id = t.id`);
  if (!found) throw new Error("Bug: a payment that is there has no row.");
  const side = (
    accountId: string,
    owner: PersonNamed | null,
    dayLimit: string | null,
    version: string | null,
    balance: string | null,
    movedMinor: bigint,
  ): DossierSide => ({
    accountId,
    owner,
    dayLimitMinor: dayLimit === null ? null : BigInt(dayLimit),
    moved:
      version === null || balance === null
        ? null
        : { version, afterMinor: BigInt(balance), beforeMinor: BigInt(balance) - movedMinor },
  });
  return {
    askedBy: found.askedBy,
    debit: side(
      row.payerAccountId,
      found.payer,
      found.debitLimit,
      found.debitVersion,
      found.debitBalance,
      -row.amountMinor,
    ),
    credit: side(
      row.payeeAccountId,
      found.payee,
      found.creditLimit,
      found.creditVersion,
      found.creditBalance,
      row.amountMinor,
    ),
    seal:
      found.position === null || found.hash === null || found.sealedAt === null
        ? null
        : { position: found.position, hash: found.hash, sealedAt: new Date(found.sealedAt) },
  };
}

type RelatedRow = Omit<Related, "amountMinor" | "settledAt"> & { amountMinor: string; settledAt: string };

function related(rows: Iterable<RelatedRow>): Related[] {
  return [...rows].map((row) => ({
    ...row,
    amountMinor: BigInt(row.amountMinor),
    settledAt: new Date(row.settledAt),
  }));
}

const RELATED = sql`p.id, p.status, p.decline_code, p.amount_minor::text as amount_minor, p.settled_at, p.note,
                    ${PERSON("p.user_id")} as by`;

/** Refunds lie under whoever received the payment. */
async function readRefunds(row: Dossier["row"]): Promise<Pick<Dossier, "refunds" | "refundedMinor">> {
  if (row.status !== "succeeded" || row.kind === "refund") return { refunds: [], refundedMinor: 0n };
  const [refunds, totals] = await Promise.all([
    database().reading.execute<RelatedRow>(sql`
      select ${RELATED} from payments p
       where p.user_id = (select a.owner_id from ledger_accounts a where a.id = ${row.payeeAccountId}::uuid)
         and p.subject_id = ${row.id}::uuid and p.kind = 'refund' and p.status = 'succeeded'
       order by p.settled_at, p.id limit ${sql.raw(String(RELATED_MAX))}`),
    database().reading.execute<{ refunded: string }>(sql`
      select r.refunded_minor::text as refunded from refund_totals r where r.payment_id = ${row.id}::uuid`),
  ]);
  return { refunds: related(refunds), refundedMinor: BigInt([...totals][0]?.refunded ?? "0") };
}

async function readOthers(row: Dossier["row"]): Promise<Related[]> {
  const rows = await database().reading.execute<RelatedRow>(sql`
    select ${RELATED} from (
      select * from payments p
       where p.user_id = ${row.userId}::uuid and p.kind = ${row.kind} and p.purpose_id = ${row.purposeId}::uuid and p.status = 'succeeded'
      union all
      select * from (
        select * from payments p
         where p.user_id = ${row.userId}::uuid and p.status = 'declined'
           and p.settled_at >= ${row.settledAt.toISOString()}::timestamptz - ${TRIES_DAYS} * interval '1 day'
           and p.settled_at <= ${row.settledAt.toISOString()}::timestamptz + ${TRIES_DAYS} * interval '1 day'
         order by p.settled_at, p.id limit ${sql.raw(String(TRIES_READ_MAX))}) p
       where p.kind = ${row.kind} and p.purpose_id = ${row.purposeId}::uuid) p
     where p.id <> ${row.id}::uuid
     order by p.settled_at, p.id limit ${sql.raw(String(RELATED_MAX))}`);
  return related(rows);
}

async function readOrder(orderId: string): Promise<DossierOrder | null> {
  const [found] = await database().reading.execute<
    Omit<DossierOrder, "createdAt" | "cancelledAt" | "expiresAt"> & {
      createdAt: string;
      cancelledAt: string | null;
      expiresAt: string | null;
    }
  >(sql`
    select o.id, o.description, o.created_at, o.cancelled_at, o.expires_at, o.paid_by, o.payment_link_id as link_id,
           ${PERSON("o.merchant_id")} as merchant
      from orders o where o.id = ${orderId}::uuid`);
  const at = (text: string | null) => (text === null ? null : new Date(text));
  return found === undefined
    ? null
    : {
        ...found,
        createdAt: new Date(found.createdAt),
        cancelledAt: at(found.cancelledAt),
        expiresAt: at(found.expiresAt),
      };
}

/** The receipt that follows a payment by itself; those that somebody asked for are stored under their wish, not under it. */
async function readMails(id: string): Promise<DossierMail[]> {
  const rows = await database().reading.execute<
    Omit<DossierMail, "enqueuedAt" | "finishedAt"> & { enqueuedAt: string; finishedAt: string | null }
  >(sql`
    select m.id, m.recipient, m.enqueued_at, m.outcome, m.finished_at, m.reason
      from mail_outbox m where m.dedupe_key = ${`receipt:${id}`}`);
  return [...rows].map((row) => ({
    ...row,
    enqueuedAt: new Date(row.enqueuedAt),
    finishedAt: row.finishedAt === null ? null : new Date(row.finishedAt),
  }));
}

/** A row of the audit log that moved money has the payment's own id; others name it as their subject. */
async function readActs(id: string): Promise<DossierAct[]> {
  const rows = await database().reading.execute<Omit<DossierAct, "at"> & { at: string }>(sql`
    select l.id, l.at, l.action, l.reason, ${PERSON("l.actor_id")} as by
      from (select * from audit_log where id = ${id}::uuid
            union
            select * from (select * from audit_log where subject_id = ${id} order by at limit ${sql.raw(String(RELATED_MAX))}) about) l
     order by l.at, l.id`);
  return [...rows].map((row) => ({ ...row, at: new Date(row.at) }));
}
