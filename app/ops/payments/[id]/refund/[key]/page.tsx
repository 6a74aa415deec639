import type { Metadata } from "next";
import Link from "next/link";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { ActForm } from "@/components/ops/act-form";
import { Copyable } from "@/components/ops/copyable";
import { PageHead } from "@/components/ops/page-head";
import { RefundOutcome } from "@/components/ops/refund/refund-outcome";
import { SaleFacts } from "@/components/ops/refund/sale-facts";
import { Panel } from "@/components/ui/panel";
import { refundStateOf } from "@/db/payments/operator-refund";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { idIn, readSale, refundPath, typedRefund } from "@/server/ops/refund";
import type { SearchParams } from "@/server/orders/list-query";
import { refundForMerchant } from "../actions";

type Props = { params: Promise<{ id: string; key: string }>; searchParams: Promise<SearchParams> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsRefund");
  return { title: t("title") };
}

/**
 * One refund, by its key: asked about once more while the key is open, then what became of it, for ever. However often the button
 * is pressed, or the page is opened, it is one refund.
 */
export default async function OperatorRefundKeyPage({ params, searchParams }: Props) {
  const [given, search] = await Promise.all([params, searchParams]);
  const [paymentId, key] = [idIn(given.id), idIn(given.key)];
  const typed = typedRefund(search);
  await authorizePage("/ops/payments/[id]/refund/[key]", refundPath(paymentId, key, typed));
  const [sale, t, locale, format] = await Promise.all([
    readSale(paymentId),
    getTranslations("opsRefund"),
    getLocale(),
    getFormatter(),
  ]);
  const record = await refundStateOf(sale, key);
  const money = (minor: bigint | string) => formatMoney(minor, sale.currency, locale);
  const link =
    "inline-flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline";
  return (
    <div className="w-full max-w-2xl">
      <PageHead title={t(record.state === "settled" ? "resultTitle" : "reviewTitle")} />
      <Panel>
        {record.state === "settled" ? (
          <RefundOutcome
            amount={money(record.payment.amountMinor)}
            left={money(sale.leftMinor)}
            merchant={sale.merchant.name}
            declineCode={record.payment.declineCode}
          />
        ) : record.state === "void" || typed === undefined ? (
          <div role="alert" className="rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text">
            <p className="font-semibold">{t("void")}</p>
            <p className="mt-1">{t("voidText")}</p>
          </div>
        ) : (
          <div className="flex flex-col gap-5">
            <p className="text-lg font-semibold">
              {t("willRefund", { amount: money(typed.amountMinor), left: money(sale.leftMinor) })}
            </p>
            <p className="text-soft">{t("willRefundText")}</p>
            <ActForm
              act={refundForMerchant}
              id="refund"
              label={t("title")}
              fields={{ paymentId, key, ...typed }}
              submit={t("refundNow", { amount: money(typed.amountMinor) })}
            />
          </div>
        )}
        <div className="mt-6 border-t border-line pt-5">
          <SaleFacts
            sale={sale}
            more={
              record.state === "settled"
                ? [
                    [t("reason"), <bdi key="reason">{record.payment.note}</bdi>],
                    [
                      t("by"),
                      record.actor === undefined ? (
                        t("byMerchant")
                      ) : (
                        <bdi key="by">{`${record.actor.name} (@${record.actor.handle})`}</bdi>
                      ),
                    ],
                    [t("at"), format.dateTime(record.payment.settledAt, "moment")],
                    [
                      t("refund"),
                      <Copyable
                        key="refund"
                        id={record.payment.id}
                        href={`/ops/payments/${record.payment.id}`}
                      />,
                    ],
                  ]
                : typed === undefined
                  ? []
                  : [[t("reason"), <bdi key="reason">{typed.reason}</bdi>]]
            }
          />
        </div>
        <p className="mt-5 flex flex-wrap gap-x-5 border-t border-line pt-2">
          <Link href={`/ops/payments/${paymentId}`} prefetch={false} className={link}>
            {t("toPayment")}
          </Link>
          {record.state === "open" && typed !== undefined ? (
            <Link href={refundPath(paymentId, undefined, typed)} prefetch={false} className={link}>
              {t("change")}
            </Link>
          ) : sale.leftMinor > 0n ? (
            <Link href={refundPath(paymentId)} prefetch={false} className={link}>
              {t("another")}
            </Link>
          ) : null}
        </p>
      </Panel>
    </div>
  );
}
