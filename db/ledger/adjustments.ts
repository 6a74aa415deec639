/**
 * Corrections by hand: one operator asks for a movement between two accounts, another approves it (db/payments/adjust.ts), or
 * refuses it, or who asked withdraws it. What each does is written to the audit log by the statement that does it.
 */
import { aliasedTable, and, desc, eq, inArray, type SQL } from "drizzle-orm";
import { database, type Sql } from "../connection/client.ts";
import { type Cursor, isAfter } from "../execution/cursor.ts";
import { untilKnown } from "../execution/until-known.ts";
import { users } from "../schema/auth.ts";
import { ledgerAccounts, ledgerAdjustments } from "../schema/ledger.ts";
import { payments } from "../schema/payments.ts";

export const ADJUSTMENT_STATES = ["pending", "done", "declined", "refused", "withdrawn"] as const;
export type AdjustmentState = (typeof ADJUSTMENT_STATES)[number];

export type AdjustmentRequest = {
  /** Made by the form, so that a form that is sent twice asks once. */
  id: string;
  debitAccountId: string;
  creditAccountId: string;
  amountMinor: string;
  currency: string;
  reason: string;
};

/** What asking came to. `unchanged`: this very request is there already; `reused`: the id belongs to another. */
export type AskVerdict =
  | "done"
  | "unchanged"
  | "reused"
  | "not_operator"
  | "unknown_account"
  | "same_account"
  | "own_account"
  | "account_closed"
  | "currency_mismatch";

/** What ending came to. `decided`: it ended otherwise before; `self`: who asked withdraws and does not refuse, nobody else withdraws. */
export type EndVerdict = "done" | "unchanged" | "decided" | "not_operator" | "unknown_request" | "self";

async function verdictOf<V extends string>(
  send: (sql: Sql) => PromiseLike<readonly { verdict: V }[]>,
): Promise<V> {
  const [row] = await untilKnown("keys", send);
  if (!row) throw new Error("Bug: a function of adjustments answered nothing.");
  return row.verdict;
}

/** Of two that were sent at once one asks; the other, asked again, finds it. */
const TRIES_MAX = 3;

/** Asks for a correction, once for each id. Nothing moves. Throws OutcomeUnknown where the database did not answer in time. */
export async function requestAdjustment(actorId: string, request: AdjustmentRequest): Promise<AskVerdict> {
  const { id, debitAccountId, creditAccountId, amountMinor, currency, reason } = request;
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const verdict = await verdictOf(
      (sql) => sql<{ verdict: AskVerdict | "again" }[]>`
        select request_adjustment_v1(${actorId}, ${id}, ${debitAccountId}, ${creditAccountId}, ${amountMinor}, ${currency},
                                     ${reason}) as verdict`,
    );
    if (verdict !== "again") return verdict;
  }
  throw new Error("Bug: a request was there, and not to be found, again and again.");
}

/** Ends a request without moving anything, once. Throws OutcomeUnknown where the database did not answer in time. */
export function endAdjustment(
  actorId: string,
  id: string,
  to: "refused" | "withdrawn",
  reason: string,
): Promise<EndVerdict> {
  return verdictOf(
    (sql) => sql<{ verdict: EndVerdict }[]>`
      select end_adjustment_v1(${actorId}, ${id}, ${to}, ${reason}) as verdict`,
  );
}

type Person = { id: string; name: string; handle: string };
/** One side, as it is now. `owner` is null for the house's own account. */
type AdjustedAccount = {
  id: string;
  owner: Person | null;
  balanceMinor: bigint;
  minBalanceMinor: bigint | null;
  isClosed: boolean;
};
export type Adjustment = Omit<typeof ledgerAdjustments.$inferSelect, "askedBy" | "endedBy"> & {
  askedBy: Person;
  endedBy: Person | null;
  debit: AdjustedAccount;
  credit: AdjustedAccount;
  /** Why it was declined. */
  declineCode: string | null;
};

const debit = aliasedTable(ledgerAccounts, "debit");
const credit = aliasedTable(ledgerAccounts, "credit");

async function select(where: SQL | undefined, limit: number): Promise<Adjustment[]> {
  const db = database().reading;
  const rows = await db
    .select({
      asked: ledgerAdjustments,
      debit: {
        id: debit.id,
        ownerId: debit.ownerId,
        balanceMinor: debit.balanceMinor,
        minBalanceMinor: debit.minBalanceMinor,
        closedAt: debit.closedAt,
      },
      credit: {
        id: credit.id,
        ownerId: credit.ownerId,
        balanceMinor: credit.balanceMinor,
        minBalanceMinor: credit.minBalanceMinor,
        closedAt: credit.closedAt,
      },
      declineCode: payments.declineCode,
    })
    .from(ledgerAdjustments)
    .innerJoin(debit, eq(debit.id, ledgerAdjustments.debitAccountId))
    .innerJoin(credit, eq(credit.id, ledgerAdjustments.creditAccountId))
    .leftJoin(
      payments,
      and(eq(payments.userId, ledgerAdjustments.askedBy), eq(payments.id, ledgerAdjustments.paymentId)),
    )
    .where(where)
    .orderBy(desc(ledgerAdjustments.askedAt), desc(ledgerAdjustments.id))
    .limit(limit);
  const ids = rows.flatMap((row) => [
    row.asked.askedBy,
    row.asked.endedBy,
    row.debit.ownerId,
    row.credit.ownerId,
  ]);
  const people = await db
    .select({ id: users.id, name: users.name, handle: users.handle })
    .from(users)
    .where(inArray(users.id, [...new Set(ids.filter((id) => id !== null))]));
  const who = (id: string): Person => {
    const found = people.find((person) => person.id === id);
    if (!found) throw new Error(`Bug: the operator or owner ${id} is not there.`);
    return found;
  };
  const side = ({ id, ownerId, closedAt, ...account }: (typeof rows)[number]["debit"]): AdjustedAccount => ({
    ...account,
    id,
    owner: ownerId === null ? null : who(ownerId),
    isClosed: closedAt !== null,
  });
  return rows.map(({ asked, declineCode, ...sides }) => ({
    ...asked,
    askedBy: who(asked.askedBy),
    endedBy: asked.endedBy === null ? null : who(asked.endedBy),
    debit: side(sides.debit),
    credit: side(sides.credit),
    declineCode,
  }));
}

/** The request called `id`, with both accounts as they are now. */
export async function findAdjustment(id: string): Promise<Adjustment | undefined> {
  const [found] = await select(eq(ledgerAdjustments.id, id), 1);
  return found;
}

/** Requests, newest first; of one state where it is given; what was asked before `after`, where it is given. */
export function listAdjustments(
  limit: number,
  { state, after }: { state?: AdjustmentState | undefined; after?: Cursor | undefined },
): Promise<Adjustment[]> {
  return select(
    and(
      state && eq(ledgerAdjustments.state, state),
      after && isAfter(ledgerAdjustments.askedAt, ledgerAdjustments.id, after),
    ),
    limit,
  );
}
