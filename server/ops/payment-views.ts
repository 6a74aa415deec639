/** The ready-made views of the console's payments, and the addresses that sort them otherwise. */
import { getTranslations } from "next-intl/server";
import type { PaymentSort } from "@/db/payments/search/search";
import { todayIn } from "@/lib/activity/day";
import { pathWith } from "../orders/list-query.ts";
import { type PaymentsQuery, sortText } from "./payments-query.ts";

const PATH = "/ops/payments";

/** Views that are asked for every day; the one that `query` is of is the one that is shown. */
export async function paymentViews(query: PaymentsQuery, currency: string | undefined, timeZone: string) {
  const t = await getTranslations("opsPayments");
  const from = todayIn(timeZone);
  const views: [name: string, query: PaymentsQuery][] = [
    [t("viewAll"), {}],
    [t("viewToday"), { from }],
    [t("viewDeclined"), { status: "declined", from }],
    [t("viewRefunds"), { kind: "refund" }],
    [t("viewLargest"), { status: "succeeded", ...(currency && { currency }), sort: "-amount" }],
    [t("viewLimits"), { code: "limit_exceeded" }],
    [t("viewFunding"), { kind: "funding" }],
  ];
  const shown = pathWith(PATH, sorted(query));
  return views.map(([name, of]) => {
    const href = pathWith(PATH, sorted(of));
    return { name, href, current: href === shown ? ("page" as const) : undefined };
  });
}

/** In one order of names, so that the same view has one address. */
function sorted(query: PaymentsQuery): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(query).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** How the list is sorted, and where each header leads: to the other direction where it is sorted by that already. */
export function paymentSorting(query: PaymentsQuery, sort: PaymentSort) {
  const href = (by: PaymentSort["by"]) => {
    const direction = sort.by === by && sort.direction === "desc" ? "asc" : "desc";
    return pathWith(PATH, { ...query, sort: sortText({ by, direction }) });
  };
  return { by: sort.by, direction: sort.direction, hrefs: { time: href("time"), amount: href("amount") } };
}
