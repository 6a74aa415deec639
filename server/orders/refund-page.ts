/** What the pages of a refund read: the sale, what its seller typed, and what was made of it already. */
import { notFound, redirect } from "next/navigation";
import { findRefundable, findRefundMade, type Refundable } from "@/db/payments/views/refundable";
import type { Purpose } from "@/lib/api/payment";
import { refundRequest, uuid } from "@/lib/api/requests";
import { type FormState, parseForm, UNSENT } from "@/lib/form/form-state";
import { WRITTEN_IN } from "@/lib/form/written-in";
import { moneyPattern } from "@/lib/money";
import { writeFigures } from "@/lib/money-pattern";
import { refundForm } from "@/lib/orders/refund-form";
import type { PlainForm } from "../pay/plain-form.ts";
import { one, pathWith, type SearchParams } from "./list-query.ts";

/** What is to be paid back: the body of a request to the API. */
export type RefundPayload = { amountMinor: string; reason?: string };

/** A refund as a plain form: how much and why travel along, since the address does not tell them. */
export const REFUND_FORM: PlainForm<{ id: string; intentId: string }> = {
  purposeOf: ({ id, intentId }) => ({ kind: "refund", paymentId: id, intentId }),
  carried: ["amountMinor", "reason"],
  beginsAt: (place, { amountMinor, reason }, { despite }) =>
    pathWith(place, { amountMinor, reason, despite }),
};

/** What somebody wrote, whole: what is too long is said to be, and not cut. */
function text(value: string | string[] | undefined): string | undefined {
  const written = (Array.isArray(value) ? value[0] : value)?.trim();
  return written === "" ? undefined : written;
}

/** The ids in the address of a refund; an address that names none is not found. */
export function refundPurposeOf(params: { id: string; intentId: string }): Purpose & { kind: "refund" } {
  const [paymentId, intentId] = [uuid.safeParse(params.id).data, uuid.safeParse(params.intentId).data];
  if (paymentId === undefined || intentId === undefined) notFound();
  return { kind: "refund", paymentId, intentId };
}

/** The sale that `userId` can refund; whoever did not receive it finds nothing. A form that was used leads to its receipt. */
export async function readRefund(
  userId: string,
  { paymentId, intentId }: { paymentId: string; intentId: string },
): Promise<Refundable> {
  const [sale, made] = await Promise.all([
    findRefundable(userId, paymentId),
    findRefundMade(userId, intentId),
  ]);
  if (sale === undefined) notFound();
  if (made !== undefined) redirect(`/payments/${made}`);
  return sale;
}

/**
 * What the address asks to pay back: typed (`amount`), or exact (`amountMinor`, where the way led back here). A state is
 * what the form shows; a payload is what is asked about once more.
 */
export function readRefundQuery(
  search: SearchParams,
  sale: Refundable,
  locale: string,
): { payload: RefundPayload } | { state: FormState } {
  const reason = text(search.reason);
  const exact = search.amount === undefined ? readPlainRefund(search) : undefined;
  if (exact && BigInt(exact.amountMinor) <= sale.leftMinor) return { payload: exact };
  // More than what is left by now is shown as if it were typed, with what is wrong with it.
  if (exact === undefined && search.amount === undefined)
    return { state: reason === undefined ? UNSENT : { values: { reason }, errors: [] } };
  const amount = exact
    ? writeFigures(exact.amountMinor, moneyPattern(sale.currency, locale))
    : (one(search.amount) ?? "");
  const sentIn = exact ? undefined : one(search[WRITTEN_IN]);
  const typed = new URLSearchParams({
    amount,
    reason: reason ?? "",
    ...(sentIn && { [WRITTEN_IN]: sentIn }),
  });
  const parsed = parseForm(refundForm(sale.currency, sale.leftMinor.toString(), locale), typed);
  if (!parsed.ok) return { state: parsed.state };
  // Not yet sent for good: "Change" leads back to the form, with what was typed.
  return search.change === undefined
    ? { payload: parsed.value }
    : { state: { values: Object.fromEntries(typed), errors: [] } };
}

/** Where what is to be paid back stands in the form once more as it was typed: to be changed, or else with what is wrong with it. */
export function typedRefundPath(
  place: string,
  { amountMinor, reason }: RefundPayload,
  { currency, locale, isChange }: { currency: string; locale: string; isChange: boolean },
): string {
  const amount = writeFigures(amountMinor, moneyPattern(currency, locale));
  return pathWith(place, { amount, reason, ...(isChange && { change: "1" }) });
}

/** What the address of the plain form asks to pay back, as it is posted; undefined where it asks for nothing that can be. */
export function readPlainRefund(search: SearchParams): RefundPayload | undefined {
  const [amountMinor, reason] = [one(search.amountMinor), text(search.reason)];
  const parsed = refundRequest.safeParse({ amountMinor, ...(reason && { reason }) }).data;
  if (parsed?.amountMinor === undefined) return undefined;
  return { amountMinor: parsed.amountMinor, ...(parsed.reason && { reason: parsed.reason }) };
}
