/** Reads what was sent from the form of a request for money. */
import type { OrderRequest } from "@/lib/api/requests";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { orderOfRequest, REQUEST_FIELDS, requestForm } from "@/lib/pay/drafts/request";
import { fieldsOf } from "./plain-form.ts";

/**
 * The order that was asked for, as somebody wrote it who reads `locale` and has `accounts`; or the form with what is wrong. A
 * query without `checked` is a form that nobody has sent yet.
 */
export function readSentRequest(
  sent: URLSearchParams,
  accounts: readonly { currency: string }[],
  locale: string,
): { order: OrderRequest | undefined; state: FormState } {
  const typed = new URLSearchParams(fieldsOf(sent, REQUEST_FIELDS));
  if (!sent.has("checked")) return { order: undefined, state: refuseForm(typed, []) };
  const parsed = parseForm(requestForm(locale), typed);
  if (!parsed.ok) return { order: undefined, state: parsed.state };
  return accounts.some(({ currency }) => currency === parsed.value.currency)
    ? { order: orderOfRequest(parsed.value), state: refuseForm(typed, []) }
    : { order: undefined, state: refuseForm(typed, [{ name: "currency", code: "no-account" }]) };
}
