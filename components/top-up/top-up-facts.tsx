import { useLocale, useTranslations } from "next-intl";
import { Amount } from "@/components/checkout/amount";
import { ReceiptFacts } from "@/components/payments/receipt-facts";
import { formatMoney } from "@/lib/money";

/** What a top-up does, before it is done. */
export function TopUpFacts({
  amountMinor,
  account,
}: {
  amountMinor: string;
  account: { currency: string; balanceMinor: string };
}) {
  const t = useTranslations("topUp");
  const locale = useLocale();
  const { currency, balanceMinor } = account;
  return (
    <>
      <p className="text-sm text-soft">{t("youGet")}</p>
      <Amount amount={formatMoney(amountMinor, currency, locale)} />
      <ReceiptFacts
        facts={[
          [t("from"), t("playMoney")],
          [t("to"), t("account", { currency })],
          [t("balanceAfter"), formatMoney(BigInt(balanceMinor) + BigInt(amountMinor), currency, locale)],
        ]}
      />
    </>
  );
}
