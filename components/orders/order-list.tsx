import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import type { Order } from "@/lib/api/order";
import { formatMoney } from "@/lib/money";

/** Orders as rows that lead somewhere: to the checkout, or where `toReceipt`, a paid one to its receipt. */
export function OrderList({ orders, showState = false }: { orders: Order[]; showState?: boolean }) {
  const t = useTranslations("order");
  const when = useWhen();
  const locale = useLocale();
  return (
    <ul className="divide-y divide-line">
      {orders.map((order) => (
        <li key={order.id}>
          <Link
            href={
              order.paidBy === undefined ? `/checkout/${order.id}` : `/payments/${order.paidBy.paymentId}`
            }
            prefetch={false}
            className="-mx-2 flex min-h-16 items-center gap-3 rounded-xl px-2 py-2.5 hover:bg-wash"
          >
            {/* An amount that leaves too little room stands below, whole: no number is broken over two lines. */}
            <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3">
              <span className="min-w-0 flex-1 basis-28">
                <span className="line-clamp-2 font-medium wrap-anywhere">
                  <bdi>{order.description}</bdi>
                </span>
                <span className="flex flex-col text-sm text-soft sm:flex-row">
                  <span className="truncate">
                    {showState ? t(`state_${order.state}`) : <bdi>{order.merchant.name}</bdi>}
                  </span>
                  <span className="sm:shrink-0 sm:whitespace-pre">
                    <span className="hidden sm:inline"> · </span>
                    <time dateTime={order.createdAt}>{when(order.createdAt)}</time>
                  </span>
                </span>
              </span>
              <span className="figures ml-auto font-semibold">
                {formatMoney(order.totalMinor, order.currency, locale)}
              </span>
            </span>
            <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
