import type { Metadata } from "next";
import Link from "next/link";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { Unfinished } from "@/components/form/unfinished";
import { MadeBefore } from "@/components/request/made-before";
import { RequestForm } from "@/components/request/request-form";
import { RequestStatus } from "@/components/request/request-status";
import { Share } from "@/components/selling/share";
import { Panel } from "@/components/ui/panel";
import { listAccounts, listFrozenCurrencies } from "@/db/ledger/accounts";
import { findMerchantOrder } from "@/db/orders/merchant-orders";
import { findOrder } from "@/db/orders/orders";
import { findUsualCurrency } from "@/db/payments/views/earlier";
import type { Order } from "@/lib/api/order";
import { uuid } from "@/lib/api/requests";
import { formatMoney, moneyPattern } from "@/lib/money";
import { isBacked } from "@/server/http/flash";
import { readersOrigin } from "@/server/http/readers-origin";
import { authorizePage } from "@/server/identity/authorize";
import { readSentRequest } from "@/server/pay/check-request";
import { pathWith, queryOf, type SearchParams } from "@/server/pay/plain-form";

const NOTICES = { cancelled: "cancelled", "paid-first": "paid", unknown: "open" } as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("request");
  return { title: t("title") };
}

/**
 * A request for money: the form until it is made, and from then on the request itself, at the same address, which only
 * whoever made it sees. Others pay it at its checkout.
 */
export default async function RequestPage({
  params,
  searchParams,
}: {
  params: Promise<{ orderId: string }>;
  searchParams: Promise<SearchParams>;
}) {
  const [{ orderId }, search] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(orderId);
  if (!id.success) notFound();
  const viewer = await authorizePage("/request/[orderId]", pathWith(`/request/${id.data}`, search));
  const [order, t, locale] = await Promise.all([findOrder(id.data), getTranslations("request"), getLocale()]);
  if (order !== undefined && order.merchant.id !== viewer.id) notFound();
  // Whoever sells asks for money by an order; what they requested before stays where it is.
  if (order === undefined && viewer.role === "merchant") redirect("/orders/new");
  if (order !== undefined) {
    const [origin, own] = await Promise.all([readersOrigin(), findMerchantOrder(viewer.id, order.id)]);
    const said = (Object.keys(NOTICES) as (keyof typeof NOTICES)[]).find((one) => one === search.notice);
    const isToldNow = await isBacked(`/request/${order.id}?notice=${said}`, viewer.id);
    return (
      <div className="mx-auto w-full max-w-4xl">
        <Link
          href="/requests"
          className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
        >
          {t("all")}
        </Link>
        <h1 className="mb-6 text-title wrap-anywhere">
          <bdi>{order.description}</bdi>
        </h1>
        <div className="grid grid-cols-1 items-start gap-4 sm:gap-6 md:grid-cols-2">
          <RequestStatus
            order={order}
            refundedMinor={own?.refundedMinor}
            payer={own?.buyer}
            userId={viewer.id}
            amount={formatMoney(order.totalMinor, order.currency, locale)}
            // Said where it was done just now, and while it is so.
            notice={isToldNow && said !== undefined && NOTICES[said] === order.state ? said : undefined}
          />
          {order.state === "open" ? (
            <Share address={`${origin}/checkout/${order.id}`} text={t("shareText")} />
          ) : null}
        </div>
      </div>
    );
  }
  const query = queryOf(search);
  const [all, frozen, usualCurrency, made] = await Promise.all([
    listAccounts(viewer.id),
    listFrozenCurrencies(viewer.id),
    findUsualCurrency(viewer.id),
    findMade(viewer.id, query.get("made")),
  ]);
  // Nobody could pay into a frozen one.
  const accounts = all.filter(({ currency }) => !frozen.includes(currency));
  const { state } = readSentRequest(query, accounts, locale);
  const [first, ...others] = accounts.map(({ currency }) => moneyPattern(currency, locale));
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="text-title">{t("title")}</h1>
      <p className="mt-2 mb-6 text-soft">{t("lead")}</p>
      <FrozenAccounts currencies={frozen} />
      <Panel>
        {search.notice === "unfinished" ? <Unfinished /> : null}
        {made === undefined ? null : <MadeBefore path={`/request/${made.id}`} />}
        {first === undefined ? (
          <p className="text-soft">{t("noAccount")}</p>
        ) : (
          <RequestForm
            orderId={id.data}
            state={state}
            patterns={[first, ...others]}
            defaultCurrency={
              usualCurrency === undefined || frozen.includes(usualCurrency) ? first.currency : usualCurrency
            }
          />
        )}
      </Panel>
    </div>
  );
}

/** The request that the form has made before, where the address names one of the viewer's own. */
async function findMade(viewerId: string, id: string | null): Promise<Order | undefined> {
  const made = uuid.safeParse(id).data;
  const order = made === undefined ? undefined : await findOrder(made);
  return order?.merchant.id === viewerId ? order : undefined;
}
