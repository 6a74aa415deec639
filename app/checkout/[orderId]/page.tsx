import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { payNow } from "@/app/pay-action";
import { Amount } from "@/components/checkout/amount";
import { ClosedOrder } from "@/components/checkout/closed-order";
import { PayForm } from "@/components/checkout/pay-form";
import { Payee } from "@/components/checkout/payee";
import { OrderLines } from "@/components/orders/order-lines";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { isMerchant } from "@/db/identity/users";
import { findOrder } from "@/db/orders/orders";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { isolateBidi } from "@/lib/text/bidi-isolate";
import { pageNonce } from "@/server/http/request/nonce";
import { authorizePage } from "@/server/identity/authorize";
import { getViewer } from "@/server/identity/viewer";

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
export default async function CheckoutPage({ params }: Params) {
  const { orderId } = await params;
  const id = uuid.safeParse(orderId);
  if (!id.success) notFound();
  const viewer = await authorizePage("/checkout/[orderId]", `/checkout/${id.data}`);
  const order = await findOrder(id.data);
  if (order === undefined) notFound();
  if (order.paidBy?.userId === viewer.id) redirect(`/payments/${order.paidBy.paymentId}`);
  const isRequest = !(await isMerchant(order.merchant.id));
  // Whoever made a request has a page for it.
  if (isRequest && order.merchant.id === viewer.id) redirect(`/request/${order.id}`);

  const [t, locale, format] = await Promise.all([getTranslations(), getLocale(), getFormatter()]);
  const amount = formatMoney(order.totalMinor, order.currency, locale);
  const closedReason =
    order.merchant.id === viewer.id ? "own" : order.state === "open" ? undefined : order.state;
  return (
    <div className="mx-auto w-full max-w-4xl">
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("checkout.title", { merchant: order.merchant.name, bdi }))}
      </h1>
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
              <PayForm
                userId={viewer.id}
                userName={viewer.name}
                otherName={order.merchant.name}
                purpose={{ kind: "order", orderId: order.id }}
                payload={{ orderId: order.id, amountMinor: order.totalMinor, currency: order.currency }}
                currency={order.currency}
                amount={amount}
                returnTo={`/checkout/${order.id}`}
                nonce={await pageNonce()}
                payNow={payNow}
              />
              <p className="mt-5 border-t border-line pt-4 text-center text-sm text-soft">
                {inElements(t.rich("checkout.payingAs", { name: viewer.name, bdi }))}
              </p>
            </>
          ) : (
            <ClosedOrder reason={closedReason} merchantName={order.merchant.name} viewerName={viewer.name} />
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
