import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Receipt } from "@/components/payments/receipt";
import { findReceipt } from "@/db/payments/views/receipt";
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
  const [receipt, locale] = await Promise.all([findReceipt(viewer.id, id.data), getLocale()]);
  if (receipt === undefined) notFound();
  const amount = formatMoney(receipt.payment.amountMinor, receipt.payment.currency, locale);
  return <Receipt viewerId={viewer.id} receipt={receipt} amount={amount} />;
}
