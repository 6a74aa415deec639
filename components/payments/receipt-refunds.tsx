import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { formatMoney } from "@/lib/money";
import type { Receipt } from "@/lib/receipt";

/** What has been paid back of a payment: how much, by which refunds, and what is left. Nothing where nothing was. */
export function ReceiptRefunds({ receipt: { payment, refunds } }: { receipt: Receipt }) {
  const t = useTranslations("receipt");
  const format = useFormatter();
  const locale = useLocale();
  if (refunds === undefined || refunds.refundedMinor === "0") return null;
  const money = (amountMinor: string): string => formatMoney(amountMinor, payment.currency, locale);
  const amount = money(payment.amountMinor);
  const refunded = money(refunds.refundedMinor);
  const listedMinor = refunds.listed.reduce((sum, { amountMinor }) => sum + BigInt(amountMinor), 0n);
  return (
    <section aria-labelledby="refunds" className="dotted-rule mt-5 pt-4">
      <h2 id="refunds" className="font-semibold">
        {t("refundsTitle")}
      </h2>
      <p className="mt-1 font-medium">
        {refunds.leftMinor === "0" ? t("refundedAll", { amount }) : t("refundedPart", { refunded, amount })}
      </p>
      {refunds.leftMinor === "0" ? null : (
        <p className="text-soft">{t("refundedLeft", { left: money(refunds.leftMinor) })}</p>
      )}
      <ul className="mt-2">
        {refunds.listed.map((refund) => (
          <li key={refund.paymentId}>
            <Link
              href={`/payments/${refund.paymentId}`}
              prefetch={false}
              className="figures -mx-2 flex min-h-11 flex-wrap items-center justify-between gap-x-6 rounded-xl px-2 py-1.5 hover:bg-wash"
            >
              <span className="min-w-0">
                <span className="block underline underline-offset-4">
                  {format.dateTime(new Date(refund.settledAt), "moment")}
                </span>
                {refund.note === undefined ? null : (
                  <span className="block text-sm text-soft wrap-anywhere">
                    {inElements(t.rich("refundedNote", { note: refund.note, bdi }))}
                  </span>
                )}
              </span>
              <span className="ml-auto font-medium">{`−${money(refund.amountMinor)}`}</span>
            </Link>
          </li>
        ))}
      </ul>
      {listedMinor.toString() === refunds.refundedMinor ? null : (
        <p className="mt-2 text-sm text-soft">{t("refundsOmitted", { count: refunds.listed.length })}</p>
      )}
    </section>
  );
}

/** What a refund pays back, with the way to its receipt. */
export function ReceiptRefunded({ receipt: { refunded } }: { receipt: Receipt }) {
  const t = useTranslations("receipt");
  const format = useFormatter();
  const locale = useLocale();
  if (refunded === undefined) return null;
  const { payment, description } = refunded;
  return (
    <section aria-labelledby="refunded" className="dotted-rule mt-5 pt-4">
      <h2 id="refunded" className="font-semibold">
        {t("refundOf")}
      </h2>
      {description === undefined ? null : (
        <p className="wrap-anywhere">
          <bdi>{description}</bdi>
        </p>
      )}
      <Link
        href={`/payments/${payment.id}`}
        prefetch={false}
        className="figures inline-flex min-h-11 items-center underline underline-offset-4"
      >
        {t("saleLink", {
          amount: formatMoney(payment.amountMinor, payment.currency, locale),
          when: format.dateTime(new Date(payment.settledAt), "moment"),
        })}
      </Link>
    </section>
  );
}
