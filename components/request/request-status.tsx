import { useFormatter, useTranslations } from "next-intl";
import { Amount } from "@/components/checkout/amount";
import { type Fact, ReceiptFacts } from "@/components/payments/receipt-facts";
import { Refunded } from "@/components/refund/refunded";
import { Confirm } from "@/components/selling/confirm";
import { WatchOrder } from "@/components/selling/watch-order";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import type { Order } from "@/lib/api/order";

/** What became of a request: it is looked at anew while it is open, and can be cancelled until it is paid. */
export function RequestStatus({
  order,
  refundedMinor,
  payer,
  userId,
  amount,
  notice,
}: {
  order: Order;
  /** Absent where nothing was refunded. */
  refundedMinor: bigint | undefined;
  /** Who has paid it. */
  payer: { name: string; handle: string } | undefined;
  userId: string;
  amount: string;
  notice: "cancelled" | "paid-first" | "unknown" | undefined;
}) {
  const t = useTranslations("request");
  const format = useFormatter();
  const facts: Fact[] = [[t("made"), format.dateTime(new Date(order.createdAt), "moment")]];
  return (
    <Panel aria-label={t("state")}>
      <p className="text-sm text-soft">{t("youAskFor")}</p>
      <Amount amount={amount} />
      <div
        role="status"
        className={cn(
          "mb-5 rounded-xl border border-line p-4",
          order.state === "paid" ? "bg-accent-wash" : "bg-wash",
        )}
      >
        <p className="font-semibold">{t(`state_${order.state}`)}</p>
        {payer === undefined ? null : (
          <p className="mt-1 wrap-anywhere">{inElements(t.rich("paidBy", { ...payer, amount, bdi }))}</p>
        )}
        <div className="mt-1 text-sm">
          {refundedMinor === undefined ? (
            <p>{t(`text_${order.state}`)}</p>
          ) : (
            <Refunded order={order} refundedMinor={refundedMinor} />
          )}
        </div>
        {notice === undefined ? null : <p className="mt-1 text-sm">{t(`notice_${notice}`)}</p>}
      </div>
      <ReceiptFacts facts={facts} />
      <div className="mt-5 empty:hidden">
        {order.paidBy === undefined ? null : (
          <Button asChild size="large">
            <a href={`/payments/${order.paidBy.paymentId}`}>{t("receipt")}</a>
          </Button>
        )}
        {order.state === "open" ? (
          <Confirm
            action={`/request/${order.id}/cancel`}
            userId={userId}
            what={t("cancel")}
            text={t("cancelText")}
            forCertain={t("cancelForCertain")}
          />
        ) : null}
      </div>
      <WatchOrder orderId={order.id} userId={userId} state={order.state} />
    </Panel>
  );
}
