import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PaymentList } from "@/components/payments/payment-list";
import { Panel } from "@/components/ui/panel";
import { listPaymentsOf } from "@/db/payments/views/queries";
import { authorizePage } from "@/server/identity/authorize";

/** More than most people pay in a year; the HTTP API pages through everything. */
const LISTED = 100;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("payments");
  return { title: t("title") };
}

export default async function PaymentsPage() {
  const viewer = await authorizePage("/payments", "/payments");
  const [payments, t] = await Promise.all([listPaymentsOf(viewer.id, LISTED), getTranslations("payments")]);
  return (
    <div className="mx-auto w-full max-w-2xl">
      <h1 className="text-title">{t("title")}</h1>
      <p className="mt-2 mb-6 text-soft">{t("lead")}</p>
      <Panel className="py-3 sm:py-4">
        {payments.length > 0 ? (
          <PaymentList viewerId={viewer.id} payments={payments} />
        ) : (
          <p className="py-2 text-soft">{t("none")}</p>
        )}
      </Panel>
    </div>
  );
}
