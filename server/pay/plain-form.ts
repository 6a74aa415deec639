/**
 * Paying without JavaScript, for any purpose: "Continue" issues the key and leads to the form that holds it; the form's page
 * reads what became of the key; Pay posts it. The addresses are those of lib/pay/place.ts.
 */
import { redirect } from "next/navigation";
import { findOpenKey } from "@/db/activity/open-keys";
import { issueKey } from "@/db/idempotency/issue";
import { keyState } from "@/db/idempotency/state";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { renderPayment } from "@/db/payments/views/render";
import type { Payment, Purpose } from "@/lib/api/payment";
import { purpose as purposeSchema, uuid } from "@/lib/api/requests";
import { placeOf } from "@/lib/pay/place";
import type { Payload } from "@/lib/pay/state";
import { plainFormPath } from "@/lib/plain-form-path";
import { isBacked } from "../http/flash.ts";
import { formRoute } from "../http/form-route.ts";
import type { RouteName } from "../identity/policy.ts";
import { payForPurpose } from "./pay-for-purpose.ts";
import { asksBeforePress } from "./question.ts";

type Params = Record<string, string>;

/** What is paid for at an address: the purpose that it names, and the fields of what is paid. */
export type PlainForm<P extends Params> = {
  purposeOf: (params: P) => Purpose;
  /** The fields that travel from page to page, because the purpose alone does not tell them: to whom, how much. */
  carried: readonly string[];
  /** Where the page with Continue stands, given what travels along. */
  beginsAt: (place: string, carried: Payload, beside: Payload) => string;
};

/** What travels along and is not paid: what the payer has been asked about. */
export const BESIDE = ["despite"];

/** What was posted to an address of `form`. An address that names no purpose has no place either. */
function readPosted<P extends Params>(form: PlainForm<P>, params: P, posted: URLSearchParams) {
  const purpose = purposeSchema.safeParse(form.purposeOf(params)).data;
  const [carried, beside] = [fieldsOf(posted, form.carried), fieldsOf(posted, BESIDE)];
  const place = purpose && placeOf(purpose);
  const begin = place === undefined ? "/" : form.beginsAt(place, carried, beside);
  return { purpose, carried, beside, along: { ...carried, ...beside }, place, begin };
}

/** Those of the fields that are there, each once. */
export function fieldsOf(from: URLSearchParams, names: readonly string[]): Payload {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = from.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
}

/** Makes the handler of "Continue": issues the purpose's key and leads to the form that holds it. */
export function continueRoute<P extends Params>(name: RouteName, form: PlainForm<P>) {
  return formRoute<P>(
    name,
    async ({ form: posted, params, user }) => {
      const { purpose, along, place, begin } = readPosted(form, params, posted);
      if (purpose === undefined || place === undefined) return begin;
      const issued = await issueKey(user.id, purpose);
      switch (issued.type) {
        case "created":
        case "found":
          return plainFormPath({ place, key: issued.key, userId: user.id, carried: along });
        case "settled":
          return `/payments/${issued.payment.id}`;
        case "not-found":
        case "other-subject":
        case "capped":
          return begin;
        default:
          return issued satisfies never;
      }
    },
    ({ form: posted, params }) => readPosted(form, params, posted).begin,
  );
}

/** What a plain form pays for an order is posted beside its key; the page knows it from the order. */
const ALWAYS_POSTED = ["amountMinor", "currency"];

/**
 * Makes the handler of Pay: the same use case as every other door's. Posted twice, it leads to the same receipt twice.
 * Where it may be a second payment, nothing is executed: the page with Continue is shown, which asks the payer first.
 */
export function plainPayRoute<P extends Params>(name: RouteName, form: PlainForm<P>) {
  return formRoute<P>(
    name,
    async ({ form: posted, params, user, requestId }) => {
      const { purpose, along, beside, place, begin } = readPosted(form, params, posted);
      const key = uuid.safeParse(posted.get("idempotency_key"));
      if (!key.success || purpose === undefined || place === undefined) return begin;
      const payload = fieldsOf(posted, form.carried.length > 0 ? form.carried : ALWAYS_POSTED);
      if (await asksBeforePress(user.id, purpose, payload, beside.despite)) return begin;
      const attempt = { userId: user.id, key: key.data, channel: "form", requestId } as const;
      const answer = await payForPurpose(attempt, purpose, payload);
      if (answer.status === 201) return `/payments/${key.data}`;
      // Declined, or settled or void before: the form page looks the key up and says so.
      const isRefused = answer.status === 403 || answer.status === 404 || answer.status === 422;
      return plainFormPath(
        { place, key: key.data, userId: user.id, carried: along },
        isRefused ? "refused" : undefined,
      );
    },
    // Where the form stands, which is for whoever opened it.
    ({ form: posted, params }) => {
      const { along, place, begin } = readPosted(form, params, posted);
      if (place === undefined) return begin;
      const [key, userId] = [posted.get("idempotency_key") ?? "", posted.get("user") ?? ""];
      // While the database does not answer, the address alone tells the page what was to be paid.
      const carried = form.carried.length > 0 ? along : { ...fieldsOf(posted, ALWAYS_POSTED), ...along };
      return plainFormPath({ place, key, userId, carried }, "unknown");
    },
  );
}

export type SearchParams = Record<string, string | string[] | undefined>;

/** The parameters of an address; of one that stands there more than once, the first. */
export function queryOf(search: SearchParams): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    const first = Array.isArray(value) ? value[0] : value;
    if (first !== undefined) query.set(name, first);
  }
  return query;
}

/** A path of ours with its parameters, as somebody comes back to it after signing in. */
export function pathWith(path: string, search: SearchParams): string {
  const query = queryOf(search);
  return query.size === 0 ? path : `${path}?${query}`;
}

/** What the address of a plain form says of the form: its key, who opened it, and what an answer said that led there. */
export function readPlainForm(
  search: SearchParams,
): { key: string; userId: string; notice: "unknown" | "refused" | undefined } | undefined {
  const [key, userId] = [uuid.safeParse(search.key), uuid.safeParse(search.user)];
  if (!key.success || !userId.success) return undefined;
  const notice = search.notice === "unknown" || search.notice === "refused" ? search.notice : undefined;
  return { key: key.data, userId: userId.data, notice };
}

/**
 * What is said beside the form of a key that is open: what the answer said that led to `address` just now, or else what arrivals
 * are recorded; and that nothing can be paid from a frozen account, where no press may be under way. An address alone claims nothing.
 */
export async function noticeOfPlainForm(
  userId: string,
  { key, notice }: { key: string; notice: "unknown" | "refused" | undefined },
  address: string,
  paidFrom: string | undefined,
): Promise<"unknown" | "refused" | "frozen" | undefined> {
  const [frozen, isTrue] = await Promise.all([
    paidFrom === undefined ? ([] as string[]) : listFrozenCurrencies(userId),
    isBacked(address, userId),
  ]);
  // After the freeze is seen: a key that is open then has been charged by no press from before it.
  const openKey = await findOpenKey(userId, key);
  if (paidFrom !== undefined && frozen.includes(paidFrom)) {
    const mayBeUnderWay = openKey === undefined || openKey.isChecking || (isTrue && notice === "unknown");
    return mayBeUnderWay ? "unknown" : "frozen";
  }
  if (isTrue) return notice;
  if (openKey === undefined || openKey.arrivals === 0) return undefined;
  return openKey.isChecking ? "unknown" : "refused";
}

/**
 * What is known of the key that a plain form holds: open, void, or declined for this very purpose. Any other outcome is its
 * receipt's to tell: this redirects to it.
 */
export async function stateOfPlainForm(
  userId: string,
  key: string,
  purpose: Purpose,
): Promise<{ state: "open" } | { state: "void" } | { state: "declined"; payment: Payment }> {
  const record = await keyState(userId, key);
  if (record.state !== "settled") return record;
  const { payment } = record;
  const purposeId = purpose.kind === "order" ? purpose.orderId : purpose.intentId;
  const isOfPurpose = payment.kind === purpose.kind && payment.purposeId === purposeId;
  if (payment.status !== "declined" || !isOfPurpose) redirect(`/payments/${key}`);
  return { state: "declined", payment: renderPayment(payment) };
}
