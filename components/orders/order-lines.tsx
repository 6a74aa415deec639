import { useLocale, useTranslations } from "next-intl";
import type { Order } from "@/lib/api/order";
import { formatMoney } from "@/lib/money";

/** What was ordered, line by line, and the total: of one, where a buyer says how many. */
export function OrderLines({
  order,
  isOfOne = false,
}: {
  order: Pick<Order, "items" | "currency" | "totalMinor">;
  isOfOne?: boolean;
}) {
  const t = useTranslations("order");
  const locale = useLocale();
  const money = (amountMinor: bigint | string): string => formatMoney(amountMinor, order.currency, locale);
  return (
    <dl className="figures" aria-label={t("items")}>
      {order.items.map((item, index) => (
        // An order never changes, so a line's place is its identity; two lines may read the same.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={index} className="flex flex-wrap items-baseline justify-between gap-x-6 py-2">
          <dt className="min-w-0 flex-1 basis-32 wrap-anywhere">
            <bdi>{item.description}</bdi>
            {item.quantity === 1 ? null : (
              <span className="block text-sm text-soft">
                {t("quantityTimes", { quantity: item.quantity, price: money(item.amountMinor) })}
              </span>
            )}
          </dt>
          <dd className="ml-auto">{money(BigInt(item.quantity) * BigInt(item.amountMinor))}</dd>
        </div>
      ))}
      <div className="dotted-rule mt-2 flex flex-wrap items-baseline justify-between gap-x-6 pt-4 text-lg font-semibold">
        <dt>{t(isOfOne ? "totalOfOne" : "total")}</dt>
        <dd className="ml-auto">{money(order.totalMinor)}</dd>
      </div>
    </dl>
  );
}
