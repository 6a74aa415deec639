import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Confirm } from "@/components/selling/confirm";
import { Button } from "@/components/ui/button";
import { formatMoney } from "@/lib/money";
import type { OrderOfLink } from "@/lib/orders/payment-link";

/**
 * What the viewer has ordered by this link before, the open ones first: whoever lost the answer to a payment finds it here,
 * before they order again.
 */
export function EarlierOrders({
  linkId,
  orders,
  currency,
  viewerId,
}: {
  linkId: string;
  orders: readonly OrderOfLink[];
  currency: string;
  viewerId: string;
}) {
  const t = useTranslations("payLink");
  const format = useFormatter();
  const locale = useLocale();
  const now = new Date();
  const amountOf = (order: OrderOfLink) => formatMoney(order.totalMinor, currency, locale);
  const open = orders.filter(({ paid }) => paid === undefined);
  const paid = orders.flatMap((order) => (order.paid === undefined ? [] : [{ ...order, paid: order.paid }]));
  return (
    <section
      aria-labelledby="earlier-orders"
      className="mb-4 rounded-xl border border-line bg-accent-wash px-4 pt-4 pb-2"
    >
      <h2 id="earlier-orders" className="font-semibold">
        {t("earlierTitle")}
      </h2>
      <ul className="divide-y divide-line">
        {open.map((order, place) => (
          <li key={order.id} className="py-2">
            <p className="wrap-anywhere">{t("earlierOpen", { amount: amountOf(order) })}</p>
            <Button
              asChild
              look={place === 0 ? "primary" : "quiet"}
              className="mt-2 h-auto! min-h-12 w-full py-2 whitespace-normal!"
            >
              <Link href={`/checkout/${order.id}`} prefetch={false}>
                {t("goOnWithOrder")}
              </Link>
            </Button>
            <Confirm
              action={`/pay/${linkId}/cancel/${order.id}`}
              userId={viewerId}
              what={t("cancelOrder")}
              text={t("cancelText")}
              forCertain={t("cancelForCertain")}
            />
          </li>
        ))}
        {paid.map((order) => {
          const isByViewer = order.paid.byUserId === viewerId;
          const words = { amount: amountOf(order), ago: format.relativeTime(new Date(order.paid.at), now) };
          return (
            <li key={order.id} className="flex flex-wrap items-center justify-between gap-x-4 py-1">
              <p className="min-w-0 flex-1 basis-40 wrap-anywhere">
                {t(isByViewer ? "earlierPaid" : "earlierPaidByOther", words)}
              </p>
              <Link
                href={isByViewer ? `/payments/${order.paid.paymentId}` : `/checkout/${order.id}`}
                prefetch={false}
                className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
              >
                {t(isByViewer ? "receipt" : "openOrder")}
              </Link>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
