/**
 * How an outcome is written down for the outside. Replays are byte-identical for ever, so this is made of immutable
 * columns only: UTC, fixed precision, no names, hosts, request ids, locale or refund state. Each row says which
 * renderer made its first answer; a changed rendering is a new number, shipped one release before it is used.
 */
import type { DeclinedProblem } from "../../lib/door.ts";
import type { DeclineCode, Payment } from "../../lib/payment.ts";
import { problem } from "../../lib/problems.ts";
import { FAILURES } from "./failures.ts";
import type { PaymentRow } from "./row.ts";

/** The renderer that new payments are settled with. */
export const CURRENT_RENDERER = 1;

/** The payment as everybody outside sees it. */
export function renderPayment(row: PaymentRow): Payment {
  switch (row.renderer) {
    case 1:
      return renderPaymentV1(row);
    default:
      throw new Error(
        `Bug: payment ${row.id} was rendered by version ${row.renderer}, which this build does not know.`,
      );
  }
}

function renderPaymentV1(row: PaymentRow): Payment {
  return {
    id: row.id,
    kind: row.kind,
    status: row.status,
    ...(row.declineCode === null ? {} : { declineCode: row.declineCode as DeclineCode }),
    amountMinor: row.amountMinor.toString(),
    currency: row.currency,
    payerAccountId: row.payerAccountId,
    payeeAccountId: row.payeeAccountId,
    ...(row.kind === "order" ? { orderId: row.purposeId } : {}),
    ...(row.subjectId === null ? {} : { refundOf: row.subjectId }),
    ...(row.note === null ? {} : { note: row.note }),
    settledAt: row.settledAt.toISOString(),
  };
}

/** The document that answers a declined payment; `row` must be declined. */
export function renderDecline(row: PaymentRow): DeclinedProblem {
  if (row.declineCode === null)
    throw new Error(`Bug: payment ${row.id} is rendered as a decline but was paid.`);
  const declineCode = row.declineCode as DeclineCode;
  return {
    ...problem("declined"),
    // A code that only a newer build knows is told all the same, by the build that replays it.
    retry: FAILURES.declined[declineCode]?.again ?? "never",
    declineCode,
    payment: renderPayment(row),
  };
}
