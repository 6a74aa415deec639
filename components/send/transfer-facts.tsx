import { useLocale, useTranslations } from "next-intl";
import { Amount } from "@/components/checkout/amount";
import { type Fact, ReceiptFacts } from "@/components/payments/receipt-facts";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { formatMoney } from "@/lib/money";

/** Everything that a transfer does, before it is paid: to whom, from which account, how much, and what is left. */
export function TransferFacts({
  transfer,
}: {
  transfer: {
    recipient: { name: string; handle: string };
    amountMinor: string;
    currency: string;
    balanceAfterMinor: bigint;
    note?: string | undefined;
  };
}) {
  const t = useTranslations("send");
  const locale = useLocale();
  const { recipient, amountMinor, currency, balanceAfterMinor, note } = transfer;
  const isCovered = balanceAfterMinor >= 0n;
  const balance = balanceAfterMinor + BigInt(amountMinor);
  const facts: Fact[] = [
    [t("to"), inElements(t.rich("recipient", { name: recipient.name, handle: recipient.handle, bdi }))],
    [t("from"), t("account", { currency })],
    ...(note === undefined ? [] : [[t("note"), <bdi key="note">{note}</bdi>] as Fact]),
    isCovered
      ? [t("balanceAfter"), formatMoney(balanceAfterMinor, currency, locale)]
      : [t("balanceNow"), formatMoney(balance, currency, locale)],
  ];
  return (
    <>
      <p className="text-sm text-soft">{t("youSend")}</p>
      <Amount amount={formatMoney(amountMinor, currency, locale)} />
      <ReceiptFacts facts={facts} />
      {isCovered ? null : (
        <p className="mt-4 rounded-xl border border-wait-line bg-wait-wash p-4 text-sm">{t("notCovered")}</p>
      )}
    </>
  );
}
