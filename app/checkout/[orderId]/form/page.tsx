import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Amount } from "@/components/checkout/amount";
import { Payee } from "@/components/checkout/payee";
import { PlainPayForm } from "@/components/checkout/plain-pay-form";
import { OrderLines } from "@/components/orders/order-lines";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { keyState } from "@/db/idempotency/state";
import { findOrder } from "@/db/orders/orders";
import { renderPayment } from "@/db/payments/views/render";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { plainFormPath } from "@/lib/plain-form-path";
import { authorizePage } from "@/server/identity/authorize";

type Props = {
  params: Promise<{ orderId: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("checkout");
  return { title: t("plainTitle") };
}

/**
 * The checkout without JavaScript, after "Continue": the key stands in the address, which is why a reload shows the same
 * form, and what became of the key is read anew each time. Beside it stands who opened the form: for anybody else the key is
 * void whatever became of it, so nobody else is told. To read it writes nothing.
 */
export default async function PlainCheckoutPage({ params, searchParams }: Props) {
  const [{ orderId }, search] = await Promise.all([params, searchParams]);
  const [id, key, user] = [uuid.safeParse(orderId), uuid.safeParse(search.key), uuid.safeParse(search.user)];
  if (!id.success) notFound();
  if (!key.success || !user.success) {
    const checkout = `/checkout/${id.data}`;
    await authorizePage("/checkout/[orderId]/form", checkout);
    redirect(checkout);
  }
  const notice = search.notice === "unknown" || search.notice === "refused" ? search.notice : undefined;
  const address = plainFormPath({ orderId: id.data, key: key.data, userId: user.data }, notice);
  const viewer = await authorizePage("/checkout/[orderId]/form", address, user.data);
  const [order, record, t, locale] = await Promise.all([
    findOrder(id.data),
    keyState(viewer.id, key.data),
    getTranslations(),
    getLocale(),
  ]);
  if (order === undefined) notFound();
  // A decline is told here, beside another "Continue", where it is this order's.
  const isDeclineOfOrder =
    record.state === "settled" &&
    record.payment.status === "declined" &&
    record.payment.purposeId === order.id;
  if (record.state === "settled" && !isDeclineOfOrder) redirect(`/payments/${key.data}`);
  // Paid with another key since: what became of this one would read as if the order were not paid.
  if (order.paidBy?.userId === viewer.id) redirect(`/payments/${order.paidBy.paymentId}`);

  const amount = formatMoney(order.totalMinor, order.currency, locale);
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="text-title wrap-anywhere">
        {inElements(t.rich("checkout.title", { merchant: order.merchant.name, bdi }))}
      </h1>
      <p className="mt-2 mb-6 text-soft wrap-anywhere">
        {inElements(
          t.rich("order.from", { merchant: order.merchant.name, handle: order.merchant.handle, bdi }),
        )}
      </p>
      <Panel>
        <p className="text-sm text-soft">{t("checkout.youPay")}</p>
        <Amount amount={amount} />
        <Payee name={order.merchant.name} handle={order.merchant.handle} />
        <PlainPayForm
          userId={viewer.id}
          orderId={order.id}
          idempotencyKey={key.data}
          amountMinor={order.totalMinor}
          currency={order.currency}
          amount={amount}
          merchantName={order.merchant.name}
          known={
            record.state === "settled"
              ? { state: "declined", payment: renderPayment(record.payment) }
              : record
          }
          notice={notice}
        />
        <p className="mt-5 border-t border-line pt-4 text-center text-sm text-soft">
          {inElements(t.rich("checkout.payingAs", { name: viewer.name, bdi }))}
        </p>
        <div className="mt-4 border-t border-line pt-4">
          <OrderLines order={order} />
        </div>
      </Panel>
    </div>
  );
}
