import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { OrderLines } from "@/components/orders/order-lines";
import { type CancelNotice, OrderStatus } from "@/components/selling/order-status";
import { Share } from "@/components/selling/share";
import { cn } from "@/components/ui/cn";
import { Panel } from "@/components/ui/panel";
import { findMerchantOrder } from "@/db/orders/merchant-orders";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { isBacked } from "@/server/http/flash";
import { readersOrigin } from "@/server/http/readers-origin";
import { authorizePage } from "@/server/identity/authorize";
import type { SearchParams } from "@/server/orders/list-query";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> };

const NOTICES = ["cancelled", "paid-first", "unknown"] as const satisfies readonly CancelNotice[];

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ id }, t] = await Promise.all([params, getTranslations("merchant")]);
  return { title: t("orderTitle", { id: id.slice(0, 8) }) };
}

/** One of a merchant's orders: to give it to somebody, and to see it paid. Anybody else finds nothing. */
export default async function OrderPage({ params, searchParams }: Props) {
  const [{ id: given }, { notice: said }] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(given).data;
  if (id === undefined) notFound();
  const viewer = await authorizePage("/orders/[id]", `/orders/${id}`);
  const [listed, t, locale, origin] = await Promise.all([
    findMerchantOrder(viewer.id, id),
    getTranslations("merchant"),
    getLocale(),
    readersOrigin(),
  ]);
  if (listed === undefined) notFound();
  const { order } = listed;
  const notice = NOTICES.find((known) => known === said);
  const isToldNow = await isBacked(`/orders/${id}?notice=${notice}`, viewer.id);
  return (
    <div className="mx-auto w-full max-w-4xl">
      <Link
        href="/orders"
        className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
      >
        {t("backToOrders")}
      </Link>
      <h1 className="mb-6 text-title wrap-anywhere">
        <bdi>{order.description}</bdi>
      </h1>
      <div
        className={cn(
          "grid grid-cols-1 items-start gap-4 sm:gap-6",
          // Beside the address stands what has become of it; without one the two stand below each other.
          order.state === "open" && "md:grid-cols-2",
        )}
      >
        <OrderStatus
          userId={viewer.id}
          listed={listed}
          amount={formatMoney(order.totalMinor, order.currency, locale)}
          // Said where it was done just now, and while it is so.
          notice={isToldNow && isTrue(notice, order.state) ? notice : undefined}
        />
        {order.state === "open" ? (
          <Share address={`${origin}/checkout/${order.id}`} text={t("shareOrder")} />
        ) : null}
        <Panel className={cn(order.state === "open" && "md:col-span-2")} aria-label={t("items")}>
          <OrderLines order={order} />
          <p className="mt-6 text-xs break-all text-faint">{t("reference", { id: order.id })}</p>
        </Panel>
      </div>
    </div>
  );
}

function isTrue(notice: CancelNotice | undefined, state: string): boolean {
  switch (notice) {
    case "cancelled":
      return state === "cancelled";
    case "paid-first":
      return state === "paid";
    case "unknown":
      return state === "open";
    case undefined:
      return false;
    default:
      return notice satisfies never;
  }
}
