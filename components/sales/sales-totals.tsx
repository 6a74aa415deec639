import { useFormatter, useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Panel } from "@/components/ui/panel";
import { formatMoney } from "@/lib/money";

export type Total = {
  currency: string;
  count: number;
  grossMinor: bigint;
  refundedMinor: bigint;
  netMinor: bigint;
};

/** What the sales that are chosen come to, by currency: never one sum of several. */
export function SalesTotals({ totals, isCut }: { totals: Total[]; isCut: boolean }) {
  const t = useTranslations("merchant");
  const locale = useLocale();
  const format = useFormatter();
  return (
    <Panel aria-label={t("totals")} className="mb-6 divide-y divide-line py-2 sm:py-3">
      {totals.map(({ currency, count, grossMinor, refundedMinor, netMinor }) => {
        const money = (amountMinor: bigint) => formatMoney(amountMinor, currency, locale);
        const figures: [string, string][] = [
          [t("currency"), currency],
          [t("count"), format.number(count)],
          [t("gross"), money(grossMinor)],
          [t("refunded"), money(refundedMinor)],
          [t("net"), money(netMinor)],
        ];
        return (
          <dl
            key={currency}
            className="grid grid-cols-1 gap-x-6 gap-y-1 py-4 sm:grid-cols-[auto_auto_repeat(3,1fr)]"
          >
            {figures.map(([name, value], at) => (
              // Beneath each other on a telephone, beside each other where there is room: no amount is cut off.
              <div
                key={name}
                className={cn(
                  "flex items-baseline justify-between gap-4 sm:block",
                  at > 1 && "sm:text-right",
                )}
              >
                <dt className="text-sm text-soft">{name}</dt>
                <dd className={cn("figures wrap-anywhere", at === figures.length - 1 && "font-semibold")}>
                  {value}
                </dd>
              </div>
            ))}
          </dl>
        );
      })}
      {isCut ? <p className="py-3 text-sm text-soft">{t("totalsCut")}</p> : null}
    </Panel>
  );
}
