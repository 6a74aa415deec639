import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Panel } from "@/components/ui/panel";
import { formatMoney } from "@/lib/money";

export type Total = {
  currency: string;
  count: number;
  grossMinor: bigint;
  refundedMinor: bigint;
  netMinor: bigint;
};

/** What the sales that are chosen come to, a row for each currency: never one sum of several. */
export function SalesTotals({ totals, isCut }: { totals: Total[]; isCut: boolean }) {
  const t = useTranslations("merchant");
  const locale = useLocale();
  const format = useFormatter();
  const cell = "figures py-1.5 pl-4 text-right whitespace-nowrap";
  return (
    <Panel className="mb-6 p-4 sm:p-6">
      {/* Wider than a telephone where amounts are long; whoever has only keys scrolls it, too. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a part of the page that scrolls has to be reached. */}
      <section className="overflow-x-auto" tabIndex={0} aria-label={t("totals")}>
        <table className="w-full text-base">
          <thead>
            <tr className="text-sm text-soft">
              <th scope="col" className="py-1.5 text-left font-medium">
                {t("currency")}
              </th>
              <th scope="col" className="py-1.5 pl-4 text-right font-medium">
                {t("count")}
              </th>
              <th scope="col" className="py-1.5 pl-4 text-right font-medium">
                {t("gross")}
              </th>
              <th scope="col" className="py-1.5 pl-4 text-right font-medium">
                {t("refunded")}
              </th>
              <th scope="col" className="py-1.5 pl-4 text-right font-medium">
                {t("net")}
              </th>
            </tr>
          </thead>
          <tbody>
            {totals.map((total) => (
              <tr key={total.currency} className="border-t border-line">
                <th scope="row" className="py-1.5 text-left font-medium">
                  {total.currency}
                </th>
                <td className={cell}>{format.number(total.count)}</td>
                <td className={cell}>{formatMoney(total.grossMinor, total.currency, locale)}</td>
                <td className={cell}>{formatMoney(total.refundedMinor, total.currency, locale)}</td>
                <td className={`${cell} font-semibold`}>
                  {formatMoney(total.netMinor, total.currency, locale)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {isCut ? <p className="mt-2 text-sm text-soft">{t("totalsCut")}</p> : null}
    </Panel>
  );
}
