/** Which payments an operator asks for, and as SQL. */
import { type SQL, sql } from "drizzle-orm";
import type { DeclineCode, Payment } from "../../../lib/api/payment.ts";
import { containing } from "../../execution/like.ts";
import type { Window } from "./windows.ts";

/** What a text that was searched for turned out to name. */
export type Subject =
  | { type: "payment"; id: string }
  /** `paidBy`: the payment that paid it. */
  | { type: "order"; id: string; createdAt: Date; paidBy: string | null }
  | { type: "account"; id: string; ownerId: string | null; currency: string }
  | { type: "person"; id: string; name: string; handle: string }
  /** A key that is open: it has no payment. */
  | { type: "key"; id: string; userId: string }
  /** Words in a note. */
  | { type: "words"; text: string }
  /** An id or an address that nothing here has. */
  | { type: "nothing"; text: string };

/** Amounts are minor units of `currency`; `until` is excluded. */
export type PaymentFilter = {
  kind?: Payment["kind"] | undefined;
  status?: Payment["status"] | undefined;
  declineCode?: DeclineCode | undefined;
  currency?: string | undefined;
  minMinor?: bigint | undefined;
  maxMinor?: bigint | undefined;
  from?: Date | undefined;
  until?: Date | undefined;
};

const COLUMNS = sql.raw(
  `p.user_id, p.id, p.kind, p.purpose_id, p.subject_id, p.status, p.decline_code, p.amount_minor, p.currency,
   p.payer_account_id, p.payee_account_id, p.note, p.renderer, p.settled_at`,
);

/** The payments of a window of time that `subject` narrows to, each found by an index; filtered by nothing else. */
export function sourceOf(subject: Subject | undefined, { from, until }: Window): SQL {
  const during = sql`p.settled_at >= ${from.toISOString()}::timestamptz and p.settled_at < ${until.toISOString()}::timestamptz`;
  const ownerId =
    subject?.type === "person" ? subject.id : subject?.type === "account" ? subject.ownerId : null;
  if (subject?.type === "payment")
    return sql`select ${COLUMNS} from payments p where p.id = ${subject.id}::uuid and ${during}`;
  if (ownerId === null) return sql`select ${COLUMNS} from payments p where ${during}`;
  // What somebody asked to pay; what their accounts received; what an operator took out of them.
  return sql`
    select ${COLUMNS} from payments p where p.user_id = ${ownerId}::uuid and ${during}
    union all
    select ${COLUMNS} from ledger_accounts a
      join payments p on p.payee_account_id = a.id and p.status = 'succeeded' and p.user_id <> ${ownerId}::uuid and ${during}
     where a.owner_id = ${ownerId}::uuid
    union all
    select ${COLUMNS} from ledger_accounts a
      join payments p on p.payer_account_id = a.id and p.status = 'succeeded' and p.kind = 'funding' and p.user_id <> ${ownerId}::uuid
                     and ${during}
     where a.owner_id = ${ownerId}::uuid`;
}

/** What a row `s` of the source has to fit besides. */
export function conditionOf(subject: Subject | undefined, filter: PaymentFilter): SQL {
  const parts = [
    sql`true`,
    ...(filter.kind ? [sql`s.kind = ${filter.kind}`] : []),
    ...(filter.status ? [sql`s.status = ${filter.status}`] : []),
    ...(filter.declineCode ? [sql`s.decline_code = ${filter.declineCode}`] : []),
    ...(filter.currency ? [sql`s.currency = ${filter.currency}`] : []),
    ...(filter.minMinor === undefined ? [] : [sql`s.amount_minor >= ${filter.minMinor.toString()}::bigint`]),
    ...(filter.maxMinor === undefined ? [] : [sql`s.amount_minor <= ${filter.maxMinor.toString()}::bigint`]),
    ...(subject?.type === "words" ? [sql`s.note ilike ${containing(subject.text)}`] : []),
    ...(subject?.type === "order" ? [sql`s.kind = 'order' and s.purpose_id = ${subject.id}::uuid`] : []),
    ...(subject?.type === "account"
      ? [sql`${subject.id}::uuid in (s.payer_account_id, s.payee_account_id)`]
      : []),
  ];
  return sql.join(parts, sql` and `);
}
