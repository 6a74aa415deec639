import { useLocale, useTranslations } from "next-intl";
import { formatMoney } from "@/lib/money";

/** What of a paid order was refunded, and what is left of it. */
export function Refunded({
  order: { totalMinor, currency },
  refundedMinor,
}: {
  order: { totalMinor: string; currency: string };
  refundedMinor: bigint;
}) {
  const t = useTranslations("receipt");
  const locale = useLocale();
  const money = (minor: bigint): string => formatMoney(minor, currency, locale);
  const paidMinor = BigInt(totalMinor);
  const amount = money(paidMinor);
  if (refundedMinor >= paidMinor) return <p className="font-medium">{t("refundedAll", { amount })}</p>;
  return (
    <>
      <p className="font-medium">{t("refundedPart", { refunded: money(refundedMinor), amount })}</p>
      <p className="text-soft">{t("refundedLeft", { left: money(paidMinor - refundedMinor) })}</p>
    </>
  );
}
