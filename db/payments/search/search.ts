/** Payments of everybody, searched, filtered and sorted for operators. Bounded: a page that finds little says how far it looked. */
import { type SQL, sql } from "drizzle-orm";
import type { DeclineCode, Payment } from "../../../lib/api/payment.ts";
import { database } from "../../connection/client.ts";
import { conditionOf, type PaymentFilter, type Subject, sourceOf } from "./selection.ts";
import { boundsOf, type Direction, LOOKED_AT_MAX, newestPart, type Window, windowsOf } from "./windows.ts";

export type PersonNamed = { id: string; name: string; handle: string };

/** A payment in a list. Amounts are minor units; somebody who is null is the house. */
export type FoundPayment = {
  id: string;
  userId: string;
  kind: Payment["kind"];
  status: Payment["status"];
  declineCode: DeclineCode | null;
  amountMinor: bigint;
  currency: string;
  note: string | null;
  orderId: string | null;
  refundOf: string | null;
  settledAt: Date;
  payer: PersonNamed | null;
  payee: PersonNamed | null;
  /** The handle of who asked for it. */
  askedBy: string | null;
  /** What has been paid back of it since, in minor units: 0 of what is itself a refund, or was declined. */
  refundedMinor: bigint;
};

export type PaymentSort = { by: "time" | "amount"; direction: Direction };

/** Where a page ended: by time, or by amount within the part that was sorted. */
export type PaymentPlace =
  | { by: "time"; at: Date; id: string }
  | { by: "amount"; amountMinor: bigint; id: string; part: Window };

export type PaymentPage = {
  entries: FoundPayment[];
  next: PaymentPlace | undefined;
  /** Set where a page ended before all was looked through: up to when it looked. By amount: only what is newer was sorted. */
  lookedTo: Date | undefined;
};

type Row = Omit<FoundPayment, "settledAt" | "amountMinor" | "refundedMinor" | "payer" | "payee"> & {
  settledAt: string;
  amountMinor: string;
  refundedMinor: string;
  payer: PersonNamed | null;
  payee: PersonNamed | null;
};

export type PaymentSearch = {
  subject?: Subject | undefined;
  filter: PaymentFilter;
  sort: PaymentSort;
  limit: number;
  after?: PaymentPlace | undefined;
};

const NIL = "00000000-0000-0000-0000-000000000000";

/** A page of the payments that `filter` and `subject` leave, sorted by time or by amount. */
export async function searchPayments(search: PaymentSearch): Promise<PaymentPage> {
  const { subject, sort, after } = search;
  if (subject?.type === "nothing" || subject?.type === "key")
    return { entries: [], next: undefined, lookedTo: undefined };
  if (sort.by === "amount") return byAmount(search, after?.by === "amount" ? after : undefined);
  return byTime(search, after?.by === "time" ? after : undefined);
}

/** All that `filter` and `subject` leave, newest first, page after page: never more than one page in memory. */
export async function* paymentPages(
  { subject, filter }: Pick<PaymentSearch, "subject" | "filter">,
  pageSize: number,
) {
  let after: PaymentPlace | undefined;
  do {
    const sort = { by: "time", direction: "desc" } as const;
    const page: PaymentPage = await searchPayments({ subject, filter, sort, limit: pageSize, after });
    yield page.entries;
    after = page.next;
  } while (after !== undefined);
}

/** The part of time that can have any: an order has no payment from before it. */
function askedOf({ subject, filter }: PaymentSearch): Window {
  const { from, until } = boundsOf(filter);
  const since = subject?.type === "order" ? subject.createdAt : from;
  return { from: since > from ? since : from, until };
}

async function byTime(
  search: PaymentSearch,
  after: Extract<PaymentPlace, { by: "time" }> | undefined,
): Promise<PaymentPage> {
  const { subject, filter, sort, limit } = search;
  const bounds = askedOf(search);
  // A place is within a millisecond, whose rows are parted by their ids.
  if (after && sort.direction === "desc") bounds.until = new Date(after.at.getTime() + 1);
  if (after && sort.direction === "asc") bounds.from = after.at;
  const beyond = after
    ? sort.direction === "desc"
      ? sql`(s.settled_at, s.id) < (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
      : sql`(s.settled_at, s.id) > (${after.at.toISOString()}::timestamptz, ${after.id}::uuid)`
    : sql`true`;
  const condition = sql`${conditionOf(subject, filter)} and ${beyond}`;
  const entries: FoundPayment[] = [];
  let lookedAt = 0;
  for await (const window of windowsOf(bounds, sort.direction, (of, rowsMax) =>
    countIn(subject, of, rowsMax),
  )) {
    const wanted = limit + 1 - entries.length;
    entries.push(...(await read(sourceOf(subject, window), condition, sort, wanted)));
    if (entries.length > limit) break;
    lookedAt += window.rows;
    if (lookedAt < LOOKED_AT_MAX) continue;
    // Everything up to the edge of this window was looked at; the id is one that no row of that edge is passed over by.
    const edge = sort.direction === "desc" ? window.from : window.until;
    const isOver = sort.direction === "desc" ? edge <= bounds.from : edge >= bounds.until;
    if (!isOver) return { entries, next: { by: "time", at: edge, id: NIL }, lookedTo: edge };
  }
  const page = entries.slice(0, limit);
  const last = page.at(-1);
  const isMore = entries.length > limit && last !== undefined;
  return {
    entries: page,
    next: isMore ? { by: "time", at: last.settledAt, id: last.id } : undefined,
    lookedTo: undefined,
  };
}

async function byAmount(
  search: PaymentSearch,
  after: Extract<PaymentPlace, { by: "amount" }> | undefined,
): Promise<PaymentPage> {
  const { subject, filter, sort, limit } = search;
  const asked = askedOf(search);
  const part = after
    ? { ...after.part, isCut: after.part.from > asked.from }
    : await newestPart(asked, (window, rowsMax) => countIn(subject, window, rowsMax));
  const beyond = after
    ? sort.direction === "desc"
      ? sql`(s.amount_minor, s.id) < (${after.amountMinor.toString()}::bigint, ${after.id}::uuid)`
      : sql`(s.amount_minor, s.id) > (${after.amountMinor.toString()}::bigint, ${after.id}::uuid)`
    : sql`true`;
  const found = await read(
    sourceOf(subject, part),
    sql`${conditionOf(subject, filter)} and ${beyond}`,
    sort,
    limit + 1,
  );
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  const { from, until, isCut } = part;
  return {
    entries,
    next:
      found.length > limit && last
        ? { by: "amount", amountMinor: last.amountMinor, id: last.id, part: { from, until } }
        : undefined,
    lookedTo: isCut ? from : undefined,
  };
}

/** How many payments of a window a subject narrows to, counted up to `rowsMax`. */
async function countIn(subject: Subject | undefined, window: Window, rowsMax: number): Promise<number> {
  const [row] = await database().reading.execute<{ rows: number }>(countQuery(subject, window, rowsMax));
  return row?.rows ?? 0;
}

export function countQuery(subject: Subject | undefined, window: Window, rowsMax: number): SQL {
  return sql`select count(*)::int as rows from (select from (${sourceOf(subject, window)}) s limit ${sql.raw(String(rowsMax))}) counted`;
}

/** The statement of one page: what a source has and a condition leaves, and beside it who the parties are and what was paid back. */
export function pageQuery(source: SQL, condition: SQL, { by, direction }: PaymentSort, rows: number): SQL {
  const way = sql.raw(direction);
  const order =
    by === "time" ? sql`s.settled_at ${way}, s.id ${way}` : sql`s.amount_minor ${way}, s.id ${way}`;
  return sql`
    select s.id, s.user_id as "userId", s.kind, s.status, s.decline_code as "declineCode", s.amount_minor::text as "amountMinor",
           s.currency, s.note, case when s.kind = 'order' then s.purpose_id end as "orderId", s.subject_id as "refundOf",
           s.settled_at as "settledAt", payer.person as payer, payee.person as payee,
           (select u.handle from users u where u.id = s.user_id) as "askedBy",
           coalesce((select r.refunded_minor from refund_totals r where r.payment_id = s.id), 0)::text as "refundedMinor"
      from (select * from (${source}) s where ${condition} order by ${order} limit ${sql.raw(String(rows))}) s
      left join lateral (${personOf(sql`s.payer_account_id`)}) payer on true
      left join lateral (${personOf(sql`s.payee_account_id`)}) payee on true
     order by ${order}`;
}

function personOf(account: SQL): SQL {
  return sql`select jsonb_build_object('id', u.id, 'name', u.name, 'handle', u.handle) as person
               from ledger_accounts a join users u on u.id = a.owner_id where a.id = ${account} limit 1`;
}

async function read(source: SQL, condition: SQL, sort: PaymentSort, rows: number): Promise<FoundPayment[]> {
  // Not prepared: a plan that was made for one window would serve another badly.
  const found = await database().reading.execute<Row>(pageQuery(source, condition, sort, rows));
  return found.map((row) => ({
    ...row,
    amountMinor: BigInt(row.amountMinor),
    refundedMinor: BigInt(row.refundedMinor),
    settledAt: new Date(row.settledAt),
  }));
}
