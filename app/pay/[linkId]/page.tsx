import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { cache } from "react";
import { Amount } from "@/components/checkout/amount";
import { OrderLines } from "@/components/orders/order-lines";
import { BuyForm } from "@/components/pay-link/buy-form";
import { EarlierOrders } from "@/components/pay-link/earlier-orders";
import { LINK_NOTICES, LinkNotice } from "@/components/pay-link/link-notice";
import { RecordsUnreachable } from "@/components/site/records-unreachable";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { listOrdersByLink } from "@/db/orders/orders-by-link";
import { findPaymentLink, orderIdOf, UNPAID_ORDERS_MAX } from "@/db/orders/payment-links";
import { uuid } from "@/lib/api/requests";
import { formatMoney, moneyPattern } from "@/lib/money";
import { allowedQuantity, type PaymentLink } from "@/lib/orders/payment-link";
import { isolateBidi } from "@/lib/text/bidi-isolate";
import { isBacked } from "@/server/http/flash";
import { ADDRESS_HEADER } from "@/server/http/request/address";
import { authorizePage } from "@/server/identity/authorize";
import { whileReachable } from "@/server/identity/while-reachable";
import { one, type SearchParams } from "@/server/orders/list-query";

type Props = { params: Promise<{ linkId: string }>; searchParams: Promise<SearchParams> };

/** The link, read once per request: each read may wait as long as a database that hangs is waited for. Undefined while it does not answer. */
const readLink = cache((id: string) =>
  whileReachable("/pay/[linkId]", async () => ({ link: await findPaymentLink(id) })),
);

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ linkId }, t] = await Promise.all([params, getTranslations("payLink")]);
  const id = uuid.safeParse(linkId).data;
  const link = id && (await readLink(id))?.link;
  if (!link) return {};
  const merchant = isolateBidi(link.merchant.name);
  return { title: t.markup("title", { merchant, bdi: (name) => name }), description: link.description };
}

/** The order that the address speaks of: by its id, or as the one that the intent in it makes, or has made. */
function namedOrder(link: PaymentLink, viewerId: string | undefined, search: Awaited<SearchParams>) {
  const order = uuid.safeParse(search.order).data;
  const intentId = uuid.safeParse(search.intent).data;
  const quantity = allowedQuantity(link, one(search.quantity));
  if (order !== undefined || viewerId === undefined || intentId === undefined || quantity === undefined)
    return order;
  return orderIdOf(link.id, { userId: viewerId, intentId, quantity });
}

/**
 * What a payment link is for: for anybody who has its address, signed in or not. To read it writes nothing; only the form's
 * intent is made here, so that one form makes one order.
 */
export default async function PayLinkPage({ params, searchParams }: Props) {
  const [{ linkId }, search] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(linkId).data;
  if (id === undefined) notFound();
  const [viewer, read, t, locale] = await Promise.all([
    authorizePage("/pay/[linkId]", `/pay/${id}`),
    readLink(id),
    getTranslations("payLink"),
    getLocale(),
  ]);
  if (read === undefined)
    return <RecordsUnreachable address={(await headers()).get(ADDRESS_HEADER) ?? `/pay/${id}`} />;
  const { link } = read;
  if (link === undefined) notFound();
  const { merchant } = link;
  const isOwn = merchant.id === viewer?.id;
  // What is still to be done needs no proof; what was done does.
  const said = LINK_NOTICES.find((known) => known === search.notice);
  const isTrue = said === "again" || (await isBacked(`/pay/${id}?notice=${said}`, viewer?.id ?? ""));
  const notice = isTrue ? said : undefined;
  const sentIntent = uuid.safeParse(search.intent).data;
  const named = namedOrder(link, viewer?.id, search);
  const earlier = viewer === undefined || isOwn ? [] : await listOrdersByLink(id, viewer.id, named);
  // An address can name anything; only an order of the viewer's own by this link is led to.
  const before = earlier.find((order) => order.id === named)?.id;
  // Another one would be refused: those that are there are to be paid or cancelled first.
  const isCapped = earlier.filter(({ paid }) => paid === undefined).length >= UNPAID_ORDERS_MAX;
  const canOrder = link.state === "open" && !isOwn;
  const button = t(earlier.length === 0 ? "continue" : "another");
  return (
    <div className="mx-auto w-full max-w-4xl">
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("title", { merchant: merchant.name, bdi }))}
      </h1>
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 sm:gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
        <Panel className="md:sticky md:top-6 md:order-2">
          <p className="text-sm text-soft">{t(link.quantityMax === undefined ? "price" : "priceOfOne")}</p>
          <Amount amount={formatMoney(link.totalMinor, link.currency, locale)} />
          <p className="mb-5 text-sm text-soft wrap-anywhere">
            {inElements(t.rich("payee", { name: merchant.name, handle: merchant.handle, bdi }))}
          </p>
          {viewer === undefined || earlier.length === 0 ? null : (
            <EarlierOrders linkId={link.id} orders={earlier} currency={link.currency} viewerId={viewer.id} />
          )}
          <LinkNotice
            notice={notice === "capped" && isCapped && canOrder ? undefined : notice}
            button={canOrder ? button : undefined}
            order={before}
          />
          {!canOrder ? (
            <div className="rounded-xl border border-line bg-wash p-4">
              <p className="font-semibold">{t(isOwn ? "ownTitle" : "closedTitle")}</p>
              <p className="mt-1 text-sm wrap-anywhere">
                {inElements(t.rich(isOwn ? "own" : "closed", { merchant: merchant.name, bdi }))}
              </p>
            </div>
          ) : isCapped ? (
            <p className="text-sm">{t("capped", { max: UNPAID_ORDERS_MAX })}</p>
          ) : (
            <>
              {earlier.length === 0 ? null : <p className="mb-3 text-sm text-soft">{t("anotherText")}</p>}
              <BuyForm
                linkId={link.id}
                fields={{
                  intent: sentIntent ?? randomUUID(),
                  ...(viewer && { user: viewer.id }),
                }}
                quantityMax={link.quantityMax}
                firstQuantity={one(search.quantity) ?? "1"}
                totalMinor={link.totalMinor}
                pattern={moneyPattern(link.currency, locale)}
                button={button}
                isSecond={earlier.some(({ paid }) => paid === undefined)}
              />
              <p className="mt-5 border-t border-line pt-4 text-center text-sm text-soft">
                {viewer === undefined
                  ? t("signInNext")
                  : inElements(t.rich("orderingAs", { name: viewer.name, bdi }))}
              </p>
            </>
          )}
        </Panel>
        <section aria-label={t("items")}>
          <h2 className="mb-4 text-lg font-semibold tracking-tight wrap-anywhere">
            <bdi>{link.description}</bdi>
          </h2>
          <OrderLines order={link} isOfOne={link.quantityMax !== undefined} />
        </section>
      </div>
    </div>
  );
}
