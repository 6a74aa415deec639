import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Receipt } from "@/components/payments/receipt";
import { MailNotice } from "@/components/payments/receipt-mail";
import { findReceipt } from "@/db/payments/views/receipt";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { MAIL_RESULTS } from "@/lib/receipt";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { hasMail } from "@/server/mail/delivery";

type Params = { params: Promise<{ id: string }> };
type Props = Params & { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { id } = await params;
  const t = await getTranslations("payment");
  return { title: `${t("receiptLabel")} ${id.slice(0, 8)}` };
}

/** The receipt of one payment, at an address that is good for ever. Whoever is no part of it finds nothing. */
export default async function PaymentPage({ params, searchParams }: Props) {
  const id = uuid.safeParse((await params).id);
  if (!id.success) notFound();
  const viewer = await authorizePage("/payments/[id]", `/payments/${id.data}`);
  const [receipt, locale, { mail }] = await Promise.all([
    findReceipt(viewer.id, id.data),
    getLocale(),
    searchParams,
  ]);
  if (receipt === undefined) notFound();
  const amount = formatMoney(receipt.payment.amountMinor, receipt.payment.currency, locale);
  const isTrue = await isBacked(`/payments/${id.data}?mail=${mail}`, viewer.id);
  const mailed = MAIL_RESULTS.find((result) => isTrue && result === mail);
  return (
    <>
      {mailed === undefined ? null : <MailNotice result={mailed} email={viewer.email} />}
      <Receipt
        viewerId={viewer.id}
        receipt={receipt}
        amount={amount}
        mailIntentId={hasMail() ? randomUUID() : undefined}
      />
    </>
  );
}
