/**
 * Renders an outcome for clients. Replays are byte-identical for ever, so a renderer is made of
 * immutable columns and of words of its own: UTC, fixed precision, no names, hosts, request ids, locale or refund state,
 * and nothing of the tables of problems or failures, whose texts may change. Each row stores its renderer.
 *
 * A renderer never changes. Another rendering is another number, shipped one release before new payments use it, so
 * that while a deploy rolls both builds know it.
 */

import type { DeclineCode, Payment } from "../../../lib/api/payment.ts";
import type { DeclinedProblem } from "../../../lib/api/payment-response.ts";
import type { PaymentRow } from "../row.ts";

export type Renderer = {
  /** A payment as clients see it. */
  payment(row: PaymentRow): Payment;
  /** The document that answers a declined payment. */
  decline(row: PaymentRow, declineCode: DeclineCode): DeclinedProblem;
};

/** Every renderer that ever made an answer, by the number that its rows carry. */
export type Renderers = ReadonlyMap<number, Renderer>;

/** The renderer that new payments are settled with. */
export const CURRENT_RENDERER = 1;

/** After these a new key for the same purpose may pay; after any other decline nothing ever will. */
const CURABLE_V1: ReadonlySet<string> = new Set(["insufficient_funds", "limit_exceeded"]);

function paymentV1(row: PaymentRow): Payment {
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

function declineV1(row: PaymentRow, declineCode: DeclineCode): DeclinedProblem {
  return {
    type: "/problems/declined",
    title: "Payment declined",
    status: 402,
    detail: "The payment was declined. No money has moved.",
    moneyMoved: "no",
    retry: CURABLE_V1.has(declineCode) ? "new-key" : "never",
    declineCode,
    payment: paymentV1(row),
  };
}

export const RENDERERS: Renderers = new Map([[1, { payment: paymentV1, decline: declineV1 }]]);

/** The row was settled by a newer build, with a renderer that this one does not have: another server can answer. */
export class UnknownRenderer extends Error {
  override readonly name = "UnknownRenderer";
  readonly code = "UNKNOWN_RENDERER";
}

function rendererOf(row: PaymentRow, renderers: Renderers): Renderer {
  const renderer = renderers.get(row.renderer);
  if (renderer) return renderer;
  throw new UnknownRenderer(
    `Payment ${row.id} was rendered by version ${row.renderer}, which this build does not know: a newer build settled it.`,
  );
}

/** The payment as clients see it. Throws UnknownRenderer where only a newer build can render it. */
export function renderPayment(row: PaymentRow, renderers = RENDERERS): Payment {
  return rendererOf(row, renderers).payment(row);
}

/** The document that answers a declined payment; `row` must be declined. Throws UnknownRenderer as `renderPayment`. */
export function renderDecline(row: PaymentRow, renderers = RENDERERS): DeclinedProblem {
  if (row.declineCode === null)
    throw new Error(`Bug: payment ${row.id} is rendered as a decline but was paid.`);
  return rendererOf(row, renderers).decline(row, row.declineCode as DeclineCode);
}
