import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import Link from "next/link";
import { getLocale, getTranslations } from "next-intl/server";
import { PageHead } from "@/components/ops/page-head";
import { RefundStartForm } from "@/components/ops/refund/refund-start-form";
import { SaleFacts } from "@/components/ops/refund/sale-facts";
import { Panel } from "@/components/ui/panel";
import { formatMoney, moneyPattern } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { idIn, readSale, refundPath, typedRefund } from "@/server/ops/refund";
import type { SearchParams } from "@/server/orders/list-query";
import { beginRefund } from "./actions";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsRefund");
  return { title: t("title") };
}

/** How much of a sale is refunded for whoever sold it, and why. To read it writes nothing. */
export default async function OperatorRefundPage({ params, searchParams }: Props) {
  const [{ id }, search] = await Promise.all([params, searchParams]);
  const paymentId = idIn(id);
  await authorizePage("/ops/payments/[id]/refund", refundPath(paymentId));
  const [sale, t, locale] = await Promise.all([
    readSale(paymentId),
    getTranslations("opsRefund"),
    getLocale(),
  ]);
  const left = formatMoney(sale.leftMinor, sale.currency, locale);
  const typed = typedRefund(search);
  return (
    <div className="w-full max-w-2xl">
      <PageHead title={t("title")} lead={t("lead")} />
      <Panel>
        <div className="mb-6">
          <SaleFacts sale={sale} />
        </div>
        {sale.leftMinor === 0n ? (
          <p className="font-medium">{t("nothingLeft")}</p>
        ) : (
          <RefundStartForm
            begin={beginRefund}
            paymentId={paymentId}
            intentId={randomUUID()}
            leftMinor={sale.leftMinor.toString()}
            pattern={moneyPattern(sale.currency, locale)}
            typed={{
              amountMinor: typed?.amountMinor ?? sale.leftMinor.toString(),
              reason: typed?.reason ?? "",
            }}
            texts={{
              amount: t("amount"),
              amountHint: t("amountHint", { left }),
              reason: t("reason"),
              reasonHint: t("reasonHint"),
              review: t("review"),
              errors: {
                too_much: t("error_too_much", { left }),
                reason_empty: t("error_reason_empty"),
                reason_long: t("error_reason_long"),
                reason_signs: t("error_reason_signs"),
              },
            }}
          />
        )}
        <p className="mt-5 border-t border-line pt-2">
          <Link
            href={`/ops/payments/${paymentId}`}
            prefetch={false}
            className="inline-flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline"
          >
            {t("toPayment")}
          </Link>
        </p>
      </Panel>
    </div>
  );
}
