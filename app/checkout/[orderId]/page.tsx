import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { looksLikeEarlier } from "@/app/looks-like-earlier-action";
import { payNow } from "@/app/pay-action";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { Amount } from "@/components/checkout/amount";
import { AsksFirst } from "@/components/checkout/asks-first";
import { ClosedOrder } from "@/components/checkout/closed-order";
import { PayForm } from "@/components/checkout/pay-form";
import { Payee } from "@/components/checkout/payee";
import { OrderLines } from "@/components/orders/order-lines";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { findOrder, isRequest as readIsRequest } from "@/db/orders/orders";
import type { Purpose } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { placeOf } from "@/lib/pay/place";
import { isolateBidi } from "@/lib/text/bidi-isolate";
import { pageNonce } from "@/server/http/request/nonce";
import { authorizePage } from "@/server/identity/authorize";
import { getViewer } from "@/server/identity/viewer";
import { BESIDE, fieldsOf, pathWith, queryOf, type SearchParams } from "@/server/pay/plain-form";
import { questionOf } from "@/server/pay/question";

type Params = { params: Promise<{ orderId: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const [{ orderId }, t, viewer] = await Promise.all([params, getTranslations("checkout"), getViewer()]);
  const id = uuid.safeParse(orderId);
  // Run apart from the page, so it authorizes for itself: without a session nothing is said of the order.
  const order = viewer && id.success ? await findOrder(id.data) : undefined;
  return order === undefined
    ? {}
    : {
        title: t.markup("title", { merchant: isolateBidi(order.merchant.name), bdi: (name) => name }),
      };
}

/** The checkout of one order. To read it writes nothing; the key is fetched when the form opens in the browser. */
export default async function CheckoutPage({
  params,
  searchParams,
}: Params & { searchParams: Promise<SearchParams> }) {
  const [{ orderId }, search] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(orderId);
  if (!id.success) notFound();
  const purpose: Purpose = { kind: "order", orderId: id.data };
  const place = placeOf(purpose);
  const beside = fieldsOf(queryOf(search), BESIDE);
  const address = pathWith(place, beside);
  const viewer = await authorizePage("/checkout/[orderId]", address);
  const order = await findOrder(id.data);
  if (order === undefined) notFound();
  if (order.paidBy?.userId === viewer.id) redirect(`/payments/${order.paidBy.paymentId}`);
  const isRequest = await readIsRequest(order.id);
  // Whoever made a request has a page for it.
  if (isRequest && order.merchant.id === viewer.id) redirect(`/request/${order.id}`);

  const [t, locale, format] = await Promise.all([getTranslations(), getLocale(), getFormatter()]);
  const amount = formatMoney(order.totalMinor, order.currency, locale);
  const closedReason =
    order.merchant.id === viewer.id ? "own" : order.state === "open" ? undefined : order.state;
  const [question, frozen] =
    closedReason === undefined
      ? await Promise.all([
          isRequest ? questionOf(viewer.id, purpose, {}, beside.despite) : undefined,
          listFrozenCurrencies(viewer.id),
        ])
      : [undefined, []];
  return (
    <div className="mx-auto w-full max-w-4xl">
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("checkout.title", { merchant: order.merchant.name, bdi }))}
      </h1>
      <FrozenAccounts currencies={frozen.filter((one) => one === order.currency)} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 sm:gap-6 md:grid-cols-[minmax(0,1fr)_minmax(0,1.1fr)]">
        <Panel className="md:sticky md:top-6 md:order-2">
          <p className="text-sm text-soft">
            {t(closedReason === undefined ? "checkout.youPay" : "checkout.total")}
          </p>
          <Amount amount={amount} />
          {closedReason === undefined ? (
            <Payee name={order.merchant.name} handle={order.merchant.handle} />
          ) : null}
          {closedReason === undefined ? (
            <>
              {question !== undefined ? (
                <AsksFirst
                  kind="order"
                  question={question}
                  otherName={order.merchant.name}
                  amount={amount}
                  goOn={pathWith(place, { despite: question.goOn })}
                />
              ) : (
                <PayForm
                  userId={viewer.id}
                  userName={viewer.name}
                  otherName={order.merchant.name}
                  purpose={purpose}
                  payload={{ orderId: order.id, amountMinor: order.totalMinor, currency: order.currency }}
                  // A merchant's order is nothing that is asked about: it is paid without a question, and without its delay.
                  {...(isRequest && { beside, asksFirst: looksLikeEarlier })}
                  currency={order.currency}
                  amount={amount}
                  returnTo={address}
                  nonce={await pageNonce()}
                  payNow={payNow}
                />
              )}
              <p className="mt-5 border-t border-line pt-4 text-center text-sm text-soft">
                {inElements(t.rich("checkout.payingAs", { name: viewer.name, bdi }))}
              </p>
            </>
          ) : (
            <ClosedOrder
              reason={closedReason}
              merchantName={order.merchant.name}
              viewerName={viewer.name}
              isRequest={isRequest}
            />
          )}
        </Panel>
        <section aria-label={t(isRequest ? "order.request" : "order.items")}>
          <h2 className="text-lg font-semibold tracking-tight wrap-anywhere">
            <bdi>{order.description}</bdi>
          </h2>
          <p className="mt-1 mb-4 text-sm text-soft wrap-anywhere">
            <span>
              {inElements(
                t.rich(isRequest ? "order.requestedBy" : "order.from", {
                  merchant: order.merchant.name,
                  handle: order.merchant.handle,
                  bdi,
                }),
              )}
            </span>
            {order.expiresAt === undefined || order.state !== "open" ? null : (
              <span className="block">
                {t("order.expires", { when: format.dateTime(new Date(order.expiresAt), "moment") })}
              </span>
            )}
          </p>
          {/* A request has one item, which says what its heading says. */}
          {isRequest ? null : <OrderLines order={order} />}
          <p className="mt-6 text-xs break-all text-faint">
            {t(isRequest ? "order.requestReference" : "order.reference", { id: order.id })}
          </p>
        </section>
      </div>
    </div>
  );
}
