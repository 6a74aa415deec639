import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { formatMoney } from "@/lib/money";
import type { Order } from "@/lib/order";

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
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">
                <bdi>{order.description}</bdi>
              </span>
              <span className="flex flex-col text-sm text-soft sm:flex-row">
                <span className="truncate">
                  {showState ? t(`state_${order.state}`) : <bdi>{order.merchant.name}</bdi>}
                </span>
                <span className="shrink-0 whitespace-pre">
                  <span className="hidden sm:inline"> · </span>
                  <time dateTime={order.createdAt}>{when(order.createdAt)}</time>
                </span>
              </span>
            </span>
            <span className="figures max-w-3/5 shrink-0 text-right font-semibold wrap-anywhere">
              {formatMoney(order.totalMinor, order.currency, locale)}
            </span>
            <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
          </Link>
        </li>
      ))}
    </ul>
  );
}
