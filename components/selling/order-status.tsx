import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { Refunded } from "@/components/refund/refunded";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { Confirm } from "./confirm";
import type { ListedOrder } from "./merchant-order-list";
import { OrderState } from "./order-state";
import { WatchOrder } from "./watch-order";

/** What an answer to cancelling said that led here. */
export type CancelNotice = "cancelled" | "paid-first" | "unknown";

const NOTICES = {
  cancelled: "noticeCancelled",
  "paid-first": "noticePaidFirst",
  unknown: "noticeUnknown",
} as const;

/** What has become of an order, seen as it happens, and what its merchant can do about it. */
export function OrderStatus({
  userId,
  listed: { order, buyer, refundedMinor, byLink },
  amount,
  notice,
}: {
  userId: string;
  listed: ListedOrder;
  amount: string;
  notice: CancelNotice | undefined;
}) {
  const t = useTranslations("merchant");
  const format = useFormatter();
  const { state, paidBy } = order;
  return (
    <Panel>
      <WatchOrder orderId={order.id} userId={userId} state={state} />
      <p className="text-sm text-soft">{t("amount")}</p>
      <p className="figures text-2xl font-bold tracking-tight wrap-anywhere">{amount}</p>
      {/* It stands there from the start and only its words change, so that a change is announced. */}
      <div role="status" className="mt-4 flex flex-col gap-2">
        <p>
          <OrderState order={order} refundedMinor={refundedMinor} />
        </p>
        <p className="wrap-anywhere">
          {state === "paid" && buyer !== undefined
            ? inElements(
                t.rich(refundedMinor === undefined ? "isPaid" : "isPaidOnce", { amount, ...buyer, bdi }),
              )
            : t(`is_${state}`)}
        </p>
        {refundedMinor === undefined ? null : <Refunded order={order} refundedMinor={refundedMinor} />}
        {notice === undefined ? null : <p className="font-medium">{t(NOTICES[notice])}</p>}
      </div>
      {state === "open" && order.expiresAt !== undefined ? (
        <p className="mt-2 text-sm text-soft">
          {t("payableUntil", { when: format.dateTime(new Date(order.expiresAt), "moment") })}
        </p>
      ) : null}
      {byLink === undefined ? null : (
        <p className="mt-2 text-sm text-soft wrap-anywhere">
          <span>{inElements(t.rich("begunBy", { name: byLink.name, handle: byLink.handle, bdi }))}</span>
          <Link
            href={`/links/${byLink.linkId}`}
            className="ml-1.5 text-accent-text underline underline-offset-4"
          >
            {t("openLink")}
          </Link>
        </p>
      )}
      {paidBy === undefined ? null : (
        <div className="mt-5 flex flex-wrap gap-3">
          <Button asChild>
            <Link href={`/payments/${paidBy.paymentId}`}>{t("receipt")}</Link>
          </Button>
          {refundedMinor?.toString() === order.totalMinor ? null : (
            <Button asChild look="quiet">
              <Link href={`/payments/${paidBy.paymentId}/refund`} prefetch={false}>
                {t("refund")}
              </Link>
            </Button>
          )}
        </div>
      )}
      {state === "open" ? (
        <div className="mt-4 border-t border-line pt-2">
          <Confirm
            action={`/orders/${order.id}/cancel`}
            userId={userId}
            what={t("cancel")}
            text={t("cancelText")}
            forCertain={t("cancelForCertain")}
          />
        </div>
      ) : null}
    </Panel>
  );
}
