/**
 * A refund by an operator, on behalf of whoever received the payment: their own refund, from their account, under a key that is
 * issued to them. Who acts and why is written to the audit log by the statement that settles it.
 */
import { and, eq } from "drizzle-orm";
import { database } from "../connection/client.ts";
import { type Issued, issueKey } from "../idempotency/issue.ts";
import { keyState } from "../idempotency/state.ts";
import { users } from "../schema/auth.ts";
import { idempotencyKeys } from "../schema/idempotency-keys.ts";
import { ledgerAccounts } from "../schema/ledger.ts";
import { auditLog } from "../schema/operators.ts";
import { payments } from "../schema/payments.ts";
import { type PayResult, pay } from "./pay.ts";
import type { PaymentRow } from "./row.ts";
import { findRefundable, type Refundable } from "./views/refundable.ts";

/** A payment that can be refunded, and whose money that takes. */
export type Sale = Refundable & { merchant: { id: string; name: string; handle: string } };

/** The payment of an order or a transfer that was made; undefined for any other. For operators alone. */
export async function findSale(paymentId: string): Promise<Sale | undefined> {
  const [merchant] = await database()
    .reading.select({ id: users.id, name: users.name, handle: users.handle })
    .from(payments)
    .innerJoin(ledgerAccounts, eq(ledgerAccounts.id, payments.payeeAccountId))
    .innerJoin(users, eq(users.id, ledgerAccounts.ownerId))
    .where(eq(payments.id, paymentId))
    .limit(1);
  if (!merchant) return undefined;
  const sale = await findRefundable(merchant.id, paymentId);
  return sale && { ...sale, merchant };
}

/** Issues the key of one refund of `sale`, the same for each `intentId`; `settled` where that form has made its refund already. */
export function issueRefundKey(sale: Sale, intentId: string): Promise<Issued> {
  return issueKey(sale.merchant.id, { kind: "refund", paymentId: sale.paymentId, intentId }, "operator");
}

/**
 * Refunds `amountMinor` of `sale` as `actorId`, once for each `key`: the same again finds the outcome, anything else under the same
 * key is `reused` and moves nothing. Settling refuses who is no operator, or frozen, at that moment, and who is on either side.
 * Throws OutcomeUnknown where the database did not answer in time; the same call again then finds the outcome.
 */
export function refundFor(
  actorId: string,
  sale: Sale,
  key: string,
  { amountMinor, reason }: { amountMinor: string; reason: string },
): Promise<PayResult> {
  return pay(sale.merchant.id, key, {
    operation: "refund",
    paymentId: sale.paymentId,
    amountMinor,
    reason,
    actorId,
  });
}

/** What became of a refund's key. `actor`: the operator who refunded; undefined where whoever received the payment did so. */
export type RefundState =
  | { state: "open" | "void" }
  | { state: "settled"; payment: PaymentRow; actor?: { name: string; handle: string } };

/** What became of `key`, where it is, or was, the key of a refund of `sale`; anything else is void. */
export async function refundStateOf(sale: Sale, key: string): Promise<RefundState> {
  const record = await keyState(sale.merchant.id, key);
  if (record.state === "void") return record;
  if (record.state === "open") {
    const [issued] = await database()
      .reading.select({ paymentId: idempotencyKeys.subjectId })
      .from(idempotencyKeys)
      .where(and(eq(idempotencyKeys.userId, sale.merchant.id), eq(idempotencyKeys.key, key)))
      .limit(1);
    // Gone in between: it is settled by now, or void, and the next look says which.
    return issued && issued.paymentId !== sale.paymentId ? { state: "void" } : record;
  }
  const { payment } = record;
  if (payment.kind !== "refund" || payment.subjectId !== sale.paymentId) return { state: "void" };
  const actor = await findActor(payment.id);
  return { state: "settled", payment, ...(actor && { actor }) };
}

/** Which operator made the refund called `id`, by the audit log; undefined where none of them did. */
async function findActor(id: string): Promise<{ name: string; handle: string } | undefined> {
  const [actor] = await database()
    .reading.select({ name: users.name, handle: users.handle })
    .from(auditLog)
    .innerJoin(users, eq(users.id, auditLog.actorId))
    .where(and(eq(auditLog.id, id), eq(auditLog.action, "refund")));
  return actor;
}
