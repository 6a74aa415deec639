import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Receipt } from "@/components/payments/receipt";
import { findOrder } from "@/db/orders/orders";
import { findPaymentFor } from "@/db/payments/views/queries";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";

type Params = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { id } = await params;
  const t = await getTranslations("payment");
  return { title: `${t("receiptLabel")} ${id.slice(0, 8)}` };
}

/** The receipt of one payment, at an address that is good for ever. Whoever is no part of it finds nothing. */
export default async function PaymentPage({ params }: Params) {
  const id = uuid.safeParse((await params).id);
  if (!id.success) notFound();
  const viewer = await authorizePage("/payments/[id]", `/payments/${id.data}`);
  const view = await findPaymentFor(viewer.id, id.data);
  if (view === undefined) notFound();
  const [order, locale] = await Promise.all([
    view.payment.orderId === undefined ? undefined : findOrder(view.payment.orderId),
    getLocale(),
  ]);
  const amount = formatMoney(view.payment.amountMinor, view.payment.currency, locale);
  return <Receipt viewerId={viewer.id} view={view} order={order} amount={amount} />;
}
