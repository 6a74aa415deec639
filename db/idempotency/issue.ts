/** Issuing: get or create the open key of a user's purpose. */
import { and, eq } from "drizzle-orm";
import { uuidv7 } from "uuidv7";
import type { InternalPurpose } from "../../lib/api/payment.ts";
import { database } from "../connection/client.ts";
import { ConcurrencyLimit } from "../execution/concurrency-limit.ts";
import { countdown, DEADLINE_MS, READ_DEADLINE_MS, within } from "../execution/deadline.ts";
import { traced } from "../execution/tracing.ts";
import { untilKnown } from "../execution/until-known.ts";
import type { PaymentRow } from "../payments/row.ts";
import { ledgerAccounts, ledgerAdjustments } from "../schema/ledger.ts";
import { orders } from "../schema/orders.ts";
import { payments } from "../schema/payments.ts";
import { countAnew, issueNewKey, KEY_LIFETIME, type NewKey, type WantedKey } from "./new-keys/new-keys.ts";
import { findSettledPayment } from "./state.ts";

export type Issued =
  | { type: "created" | "found"; key: string; expiresAt: Date }
  /** This user has paid the purpose; there will be no other payment for it. */
  | { type: "settled"; payment: PaymentRow }
  /** The order, or the payment to refund, does not exist for this user; or they are no operator, who alone may fund; or who did not ask for the adjustment. */
  | { type: "not-found" }
  /** The intent is in use for the refund of another payment. */
  | { type: "other-subject" }
  /** The user has as many open keys as anybody may. */
  | { type: "capped" };

/**
 * No person opens this many forms; a program that does would fill the table. Each server remembers how many it has issued to whom
 * (new-keys/open-key-counts.ts) and refuses none too early; with several, a user may have as many times more.
 */
const OPEN_KEYS_MAX = 2_000;
/** Beyond it there is room for the keys that operators have issued to somebody: a merchant's own keys do not keep a refund from being made. */
const OPERATORS_KEYS_MAX = 500;

/** Keys that are issued alone may use two of the database's cores at most; payments need the others. */
const issuingAlone = new ConcurrencyLimit({ concurrency: 2, busyMs: 20 });

/** A purpose as the columns `kind`, `purpose_id` and `subject_id`. */
function columnsOf(purpose: InternalPurpose): { kind: string; purposeId: string; subjectId: string | null } {
  switch (purpose.kind) {
    case "order":
      return { kind: purpose.kind, purposeId: purpose.orderId, subjectId: null };
    case "transfer":
    case "top-up":
    case "funding":
    case "adjustment":
      return { kind: purpose.kind, purposeId: purpose.intentId, subjectId: null };
    case "refund":
      return { kind: purpose.kind, purposeId: purpose.intentId, subjectId: purpose.paymentId };
    default:
      return purpose satisfies never;
  }
}

/** Whether the subject of the purpose exists for this user: any order, a payment that this user received; to fund, who is an operator, or was and has begun to. */
async function subjectExists(userId: string, purpose: InternalPurpose): Promise<boolean> {
  const db = database().reading;
  switch (purpose.kind) {
    case "order": {
      const found = await db.select({ id: orders.id }).from(orders).where(eq(orders.id, purpose.orderId));
      return found.length > 0;
    }
    case "refund": {
      const [found] = await db
        .select({ ownerId: ledgerAccounts.ownerId })
        .from(payments)
        .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, payments.payeeAccountId))
        .where(eq(payments.id, purpose.paymentId));
      return found?.ownerId === userId;
    }
    case "funding": {
      // Settling decides; this keeps keys of no use from being issued. Who was an operator finds what their intents became: one
      // statement, in which a payment under way is still a key, or is there already.
      const [row] = await database().readingSql<{ exists: boolean }[]>`
        select exists (select from users where id = ${userId} and role = 'operator')
            or exists (select from idempotency_keys
                        where user_id = ${userId} and kind = 'funding' and purpose_id = ${purpose.intentId})
            or exists (select from payments
                        where user_id = ${userId} and kind = 'funding' and purpose_id = ${purpose.intentId}) as "exists"`;
      return row?.exists ?? false;
    }
    case "adjustment": {
      const found = await db
        .select({ id: ledgerAdjustments.id })
        .from(ledgerAdjustments)
        .where(and(eq(ledgerAdjustments.id, purpose.intentId), eq(ledgerAdjustments.askedBy, userId)));
      return found.length > 0;
    }
    case "transfer":
    case "top-up":
      return true;
    default:
      return purpose satisfies never;
  }
}

type Row = {
  verdict: "created" | "found" | "settled" | "other-subject" | "capped";
  key: string;
  expiresAt: Date;
};

/**
 * Issues the key for `purpose`: the open one where there is one, a new one otherwise, none where this user has paid the
 * purpose. Any number of calls at once get the same key. The key is a UUID v7 whose random bits come from a CSPRNG.
 */
export function issueKey(
  userId: string,
  purpose: InternalPurpose,
  by: "owner" | "operator" = "owner",
): Promise<Issued> {
  return traced("once.issue", { "once.kind": purpose.kind }, async (span) => {
    const issued = await issue(userId, purpose, by);
    span.setAttribute("once.verdict", issued.type);
    return issued;
  });
}

async function issue(userId: string, purpose: InternalPurpose, by: "owner" | "operator"): Promise<Issued> {
  const remaining = countdown(DEADLINE_MS);
  // Leaves time to read the payment that it finds.
  const toIssueMs = () => remaining() - READ_DEADLINE_MS;
  // Whether an order is there, the statement that makes its key looks itself.
  const isLookedUpLater = purpose.kind === "order";
  if (!isLookedUpLater && !(await subjectExists(userId, purpose))) return { type: "not-found" };
  const { kind, purposeId, subjectId } = columnsOf(purpose);
  const openMax = OPEN_KEYS_MAX + (by === "operator" ? OPERATORS_KEYS_MAX : 0);
  const made = await newKeyOf({ userId, kind, purposeId, subjectId, openMax }, toIssueMs());
  if (made) return { type: "created", ...made };

  if (isLookedUpLater && !(await subjectExists(userId, purpose))) return { type: "not-found" };
  const [row] = await issuingAlone.run(
    () =>
      untilKnown(
        "keys",
        // A new id for every attempt: one that an earlier attempt inserted may have been found, revoked and called void.
        (sql) => sql<Row[]>`
          select * from issue_key_v1(
            ${userId}, ${uuidv7()}, ${kind}, ${purposeId}, ${subjectId}, ${KEY_LIFETIME}::interval, ${openMax})`,
        { deadlineMs: toIssueMs() },
      ),
    toIssueMs(),
  );
  if (!row) throw new Error("Bug: issue_key_v1 answered nothing.");
  switch (row.verdict) {
    case "created":
      countAnew({ userId, openMax });
      return { type: row.verdict, key: row.key, expiresAt: row.expiresAt };
    case "found":
      return { type: row.verdict, key: row.key, expiresAt: row.expiresAt };
    case "settled":
      return { type: "settled", payment: await findSettledPayment(userId, row.key) };
    case "other-subject":
    case "capped":
      return { type: row.verdict };
    default:
      return row.verdict satisfies never;
  }
}

/**
 * A new key for the purpose, of a batch; undefined where it gets none there, or its batch failed, whatever became of it: then it is
 * issued alone, which finds what a batch has left behind. Throws DeadlineMissed where it takes longer than `waitMaxMs`.
 */
async function newKeyOf(wanted: Omit<WantedKey, "latestMs">, waitMaxMs: number): Promise<NewKey | undefined> {
  const asked = issueNewKey({ ...wanted, latestMs: performance.now() + waitMaxMs }).catch(() => undefined);
  return within(waitMaxMs, asked);
}
