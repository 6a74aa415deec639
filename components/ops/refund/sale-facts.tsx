import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { formatMoney } from "@/lib/money";
import { Copyable } from "../copyable";
import { Facts } from "../facts";

type Sale = {
  paymentId: string;
  merchant: { name: string; handle: string };
  payer: { name: string; handle: string };
  description?: string;
  amountMinor: bigint;
  refundedMinor: bigint;
  leftMinor: bigint;
  currency: string;
  settledAt: Date;
};

/** Of what, from whom and to whom an operator refunds, and `more` about the refund itself. */
export function SaleFacts({
  sale,
  more = [],
}: {
  sale: Sale;
  more?: readonly (readonly [string, ReactNode])[];
}) {
  const t = useTranslations("opsRefund");
  const locale = useLocale();
  const format = useFormatter();
  const money = (minor: bigint) => formatMoney(minor, sale.currency, locale);
  return (
    <Facts
      facts={[
        [t("from"), inElements(t.rich("person", { ...sale.merchant, bdi }))],
        [t("to"), inElements(t.rich("person", { ...sale.payer, bdi }))],
        ...(sale.description === undefined
          ? []
          : [[t("for"), <bdi key="for">{sale.description}</bdi>] as const]),
        [t("paid"), money(sale.amountMinor)],
        [t("when"), format.dateTime(sale.settledAt, "moment")],
        [t("refunded"), money(sale.refundedMinor)],
        [t("left"), money(sale.leftMinor)],
        [t("payment"), <Copyable key="payment" id={sale.paymentId} />],
        ...more,
      ]}
    />
  );
}
