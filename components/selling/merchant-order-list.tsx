import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import type { Order } from "@/lib/api/order";
import { formatMoney } from "@/lib/money";
import { OrderState } from "./order-state";

export type ListedOrder = {
  order: Order;
  buyer?: { name: string; handle: string };
  /** Minor units of the order's currency; absent where nothing was refunded. */
  refundedMinor?: bigint;
  byLink?: { linkId: string; name: string; handle: string };
};

/** A merchant's orders: what became of each, and who paid it. Each leads to its page. */
export function MerchantOrderList({ orders }: { orders: ListedOrder[] }) {
  const t = useTranslations("merchant");
  const when = useWhen();
  const locale = useLocale();
  return (
    <ul className="divide-y divide-line">
      {orders.map(({ order, buyer, refundedMinor, byLink }) => (
        <li key={order.id}>
          <Link
            href={`/orders/${order.id}`}
            prefetch={false}
            className="-mx-2 flex min-h-16 items-center gap-3 rounded-xl px-2 py-3 hover:bg-wash"
          >
            <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-4 gap-y-1">
              <span className="min-w-0 flex-1 basis-40">
                <span className="line-clamp-2 font-medium wrap-anywhere">
                  <bdi>{order.description}</bdi>
                </span>
                <span className="block text-sm text-soft wrap-anywhere">
                  {buyer !== undefined
                    ? inElements(t.rich("paidBy", { ...buyer, bdi }))
                    : byLink === undefined
                      ? null
                      : inElements(t.rich("begunBy", { name: byLink.name, handle: byLink.handle, bdi }))}
                </span>
                <time dateTime={order.createdAt} className="block text-sm text-soft">
                  {when(order.createdAt)}
                </time>
              </span>
              <span className="ml-auto flex flex-col items-end gap-1">
                <span className="figures font-semibold">
                  {formatMoney(order.totalMinor, order.currency, locale)}
                </span>
                <OrderState order={order} refundedMinor={refundedMinor} />
                {refundedMinor === undefined || refundedMinor.toString() === order.totalMinor ? null : (
                  <span className="figures text-sm text-soft">
                    {t("refundedPart", { amount: formatMoney(refundedMinor, order.currency, locale) })}
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
