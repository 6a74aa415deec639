import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { formatMoney } from "@/lib/money";

export type ListedSale = {
  paymentId: string;
  description: string;
  buyer: { name: string; handle: string };
  amountMinor: bigint;
  refundedMinor: bigint;
  currency: string;
  settledAt: Date;
};

/** Sales: who paid what, and what of it was paid back. Each leads to its receipt. */
export function SalesList({ sales }: { sales: ListedSale[] }) {
  const t = useTranslations("merchant");
  const when = useWhen();
  const locale = useLocale();
  return (
    <ul className="divide-y divide-line">
      {sales.map((sale) => (
        <li key={sale.paymentId}>
          <Link
            href={`/payments/${sale.paymentId}`}
            prefetch={false}
            className="-mx-2 flex min-h-16 items-center gap-3 rounded-xl px-2 py-3 hover:bg-wash"
          >
            <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1">
              <span className="min-w-0 flex-1 basis-40">
                <span className="line-clamp-2 font-medium wrap-anywhere">
                  <bdi>{sale.description}</bdi>
                </span>
                <span className="block text-sm text-soft wrap-anywhere">
                  {inElements(t.rich("buyer", { ...sale.buyer, bdi }))}
                </span>
                <time dateTime={sale.settledAt.toISOString()} className="block text-sm text-soft">
                  {when(sale.settledAt.toISOString())}
                </time>
              </span>
              <span className="ml-auto text-right">
                <span className="figures block font-semibold">
                  {formatMoney(sale.amountMinor, sale.currency, locale)}
                </span>
                {sale.refundedMinor === 0n ? null : (
                  <span className="figures block text-sm text-soft">
                    {sale.refundedMinor === sale.amountMinor
                      ? t("refundedAll")
                      : t("refundedPart", {
                          amount: formatMoney(sale.refundedMinor, sale.currency, locale),
                        })}
                  </span>
                )}
              </span>
            </span>
            <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
