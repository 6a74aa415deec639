/** What the pages of an operator's refund read and say. */
import { notFound } from "next/navigation";
import { findSale, type Sale } from "@/db/payments/operator-refund";
import type { RefusalReason } from "@/db/payments/settlement";
import { refundRequest, uuid } from "@/lib/api/requests";
import { one, pathWith, type SearchParams } from "../orders/list-query.ts";

/** Where an operator refunds what the payment called `paymentId` paid; with a key, one refund of it. */
export function refundPath(
  paymentId: string,
  key?: string,
  typed?: { amountMinor: string; reason: string },
): string {
  const place = `/ops/payments/${paymentId}/refund`;
  return pathWith(key === undefined ? place : `${place}/${key}`, { ...typed });
}

/** The id that stands in an address; an address that names none is not found. */
export function idIn(written: string): string {
  const id = uuid.safeParse(written).data;
  if (id === undefined) notFound();
  return id;
}

/** The sale called `paymentId`; not found where there is nothing that can be refunded. */
export async function readSale(paymentId: string): Promise<Sale> {
  const sale = await findSale(paymentId);
  if (sale === undefined) notFound();
  return sale;
}

/** What an address says is to be refunded; undefined where it says nothing that can be. */
export function typedRefund(search: SearchParams): { amountMinor: string; reason: string } | undefined {
  const why = (Array.isArray(search.reason) ? search.reason[0] : search.reason)?.trim();
  const parsed = refundRequest.safeParse({ amountMinor: one(search.amountMinor), reason: why });
  const { amountMinor, reason } = parsed.data ?? {};
  return amountMinor === undefined || reason === undefined ? undefined : { amountMinor, reason };
}

/** Why a refund was refused, as the texts `refused_…` say it; what is not here cannot happen to one, and is said to be refused. */
export function refusalCode(reason: RefusalReason) {
  switch (reason) {
    case "not_operator":
    case "own_account":
    case "payer_closed":
    case "payment_unknown":
    case "overflow":
      return reason;
    default:
      return "other";
  }
}
