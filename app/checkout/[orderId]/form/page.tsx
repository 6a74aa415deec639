import type { Metadata } from "next";
import { notFound, redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Amount } from "@/components/checkout/amount";
import { Payee } from "@/components/checkout/payee";
import { PlainPayForm } from "@/components/checkout/plain-pay-form";
import { UnreadPayForm } from "@/components/checkout/unread-pay-form";
import { OrderLines } from "@/components/orders/order-lines";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { findOrder, isRequest as readIsRequest } from "@/db/orders/orders";
import type { Purpose } from "@/lib/api/payment";
import { parse, payOrderRequest, uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { plainFormPath } from "@/lib/plain-form-path";
import { authorizePage } from "@/server/identity/authorize";
import { whileReachable } from "@/server/identity/while-reachable";
import {
  BESIDE,
  fieldsOf,
  noticeOfPlainForm,
  pathWith,
  queryOf,
  readPlainForm,
  type SearchParams,
  stateOfPlainForm,
} from "@/server/pay/plain-form";

type Props = {
  params: Promise<{ orderId: string }>;
  searchParams: Promise<SearchParams>;
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
  const id = uuid.safeParse(orderId);
  if (!id.success) notFound();
  const place = `/checkout/${id.data}`;
  const beside = fieldsOf(queryOf(search), BESIDE);
  const form = readPlainForm(search);
  if (form === undefined) {
    const checkout = pathWith(place, beside);
    await authorizePage("/checkout/[orderId]/form", checkout);
    redirect(checkout);
  }
  const { key, userId } = form;
  const purpose: Purpose = { kind: "order", orderId: id.data };
  // What was posted before, where an answer of it led here; a form that Continue led to has none.
  const posted = fieldsOf(queryOf(search), ["amountMinor", "currency"]);
  const address = plainFormPath({ place, key, userId, carried: { ...posted, ...beside } }, form.notice);
  const [read, t, locale] = await Promise.all([
    whileReachable("/checkout/[orderId]/form", async () => {
      const viewer = await authorizePage("/checkout/[orderId]/form", address, userId);
      const [order, known] = await Promise.all([
        findOrder(id.data),
        stateOfPlainForm(viewer.id, key, purpose),
      ]);
      const isRequest = await readIsRequest(id.data);
      const notice = await noticeOfPlainForm(viewer.id, form, address, order?.currency);
      return { viewer, order, known, isRequest, notice };
    }),
    getTranslations(),
    getLocale(),
  ]);
  if (read === undefined) {
    const asked = parse(payOrderRequest, { orderId: id.data, ...posted });
    return (
      <UnreadPayForm
        userId={userId}
        idempotencyKey={key}
        purpose={purpose}
        payload={
          asked.ok ? { amountMinor: asked.value.amountMinor, currency: asked.value.currency } : undefined
        }
        currency={posted.currency}
        beside={beside}
        address={address}
      />
    );
  }
  const { viewer, order, known, isRequest, notice } = read;
  if (order === undefined) notFound();
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
          t.rich(isRequest ? "order.requestedBy" : "order.from", {
            merchant: order.merchant.name,
            handle: order.merchant.handle,
            bdi,
          }),
        )}
      </p>
      <Panel>
        <p className="text-sm text-soft">{t("checkout.youPay")}</p>
        <Amount amount={amount} />
        <Payee name={order.merchant.name} handle={order.merchant.handle} />
        <PlainPayForm
          userId={viewer.id}
          purpose={purpose}
          payload={{ amountMinor: order.totalMinor, currency: order.currency }}
          beside={beside}
          idempotencyKey={form.key}
          currency={order.currency}
          amount={amount}
          otherName={order.merchant.name}
          known={known}
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
