/** What a payer has paid before that matters before they pay again. Read for the pages; nothing is decided from it. */
import { and, asc, desc, eq, gt, inArray, ne, type SQL, sql } from "drizzle-orm";
import type { Purpose } from "../../../lib/api/payment.ts";
import { database } from "../../connection/client.ts";
import { ledgerAccounts } from "../../schema/ledger.ts";
import { payments } from "../../schema/payments.ts";

/** How long somebody may have forgotten, or not have seen, that they have just paid this. */
export const LOOKS_ALIKE_MINUTES = 10;

/** How many of somebody's latest transfers their recipients are gathered from: a read that stays short however many there are. */
const TRANSFERS_READ = 300;

/** The payment by which `userId` has paid the purpose, if any: there is at most one. */
export async function findPaymentOf(userId: string, purpose: Purpose): Promise<string | undefined> {
  const [found] = await database()
    .reading.select({ id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.userId, userId),
        eq(payments.kind, purpose.kind),
        eq(payments.purposeId, purpose.kind === "order" ? purpose.orderId : purpose.intentId),
        eq(payments.status, "succeeded"),
      ),
    );
  return found?.id;
}

export type Lookalike = { id: string; settledAt: Date };

/**
 * What somebody is about to pay, as far as something else may be the same: money to a person (as a transfer, or for what they
 * requested), a refund of one payment, or a top-up.
 */
export type Intended = { purposeId: string; amountMinor: string } & (
  | { kind: "transfer" | "order"; payeeId: string; currency: string }
  | { kind: "refund"; paymentId: string }
  | { kind: "top-up"; currency: string }
);

/**
 * The latest payment of the last minutes, for another purpose, by which `userId` did the same: paid the same person the same
 * amount, by a transfer or for an order; refunded the same amount of the same payment; topped up by it. Whoever forgot it, or
 * never saw it, may be about to do it twice.
 */
export async function findLookalike(userId: string, intended: Intended): Promise<Lookalike | undefined> {
  const [found] = await database()
    .reading.select({ id: payments.id, settledAt: payments.settledAt })
    .from(payments)
    .where(
      and(
        eq(payments.userId, userId),
        gt(payments.settledAt, sql`now() - ${LOOKS_ALIKE_MINUTES} * interval '1 minute'`),
        eq(payments.status, "succeeded"),
        ne(payments.purposeId, intended.purposeId),
        eq(payments.amountMinor, BigInt(intended.amountMinor)),
        isAlike(intended),
      ),
    )
    .orderBy(desc(payments.settledAt), desc(payments.id))
    .limit(1);
  return found;
}

function isAlike(intended: Intended): SQL | undefined {
  switch (intended.kind) {
    case "transfer":
    case "order":
      return and(
        inArray(payments.kind, ["transfer", "order"]),
        eq(payments.currency, intended.currency),
        inArray(
          payments.payeeAccountId,
          database()
            .reading.select({ id: ledgerAccounts.id })
            .from(ledgerAccounts)
            .where(eq(ledgerAccounts.ownerId, intended.payeeId)),
        ),
      );
    case "refund":
      return and(eq(payments.kind, "refund"), eq(payments.subjectId, intended.paymentId));
    case "top-up":
      return and(eq(payments.kind, "top-up"), eq(payments.currency, intended.currency));
    default:
      return intended satisfies never;
  }
}

/**
 * The currency that `userId` most likely means: the one they paid in last, else that of their oldest account that holds
 * something. Undefined without an account.
 */
export async function findUsualCurrency(userId: string): Promise<string | undefined> {
  const db = database().reading;
  const [last] = await db
    .select({ currency: payments.currency })
    .from(payments)
    .where(and(eq(payments.userId, userId), inArray(payments.kind, ["transfer", "order"])))
    .orderBy(desc(payments.settledAt), desc(payments.id))
    .limit(1);
  if (last !== undefined) return last.currency;
  const [account] = await db
    .select({ currency: ledgerAccounts.currency })
    .from(ledgerAccounts)
    .where(eq(ledgerAccounts.ownerId, userId))
    .orderBy(
      sql`${ledgerAccounts.balanceMinor} = 0`,
      asc(ledgerAccounts.createdAt),
      asc(ledgerAccounts.currency),
    )
    .limit(1);
  return account?.currency;
}

export type EarlierRecipient = { name: string; handle: string };

/** Whom `userId` has sent money to, the latest first. */
export async function listRecipientsOf(userId: string, limit: number): Promise<EarlierRecipient[]> {
  return database().readingSql<EarlierRecipient[]>`
    select users.name, users.handle
      from (select payee_account_id, settled_at from payments
             where user_id = ${userId} and kind = 'transfer' and status = 'succeeded'
             order by settled_at desc, id desc limit ${TRANSFERS_READ}) sent
      join ledger_accounts on ledger_accounts.id = sent.payee_account_id
      join users on users.id = ledger_accounts.owner_id
     group by users.id, users.name, users.handle
     order by max(sent.settled_at) desc
     limit ${limit}`;
}
