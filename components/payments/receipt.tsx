import { useFormatter, useTranslations } from "next-intl";
import { OrderLines } from "@/components/orders/order-lines";
import { bdi } from "@/components/ui/bdi";
import { cn } from "@/components/ui/cn";
import { inElements } from "@/components/ui/in-elements";
import { namedAs, type Receipt as ReceiptOf, subtitleOf } from "@/lib/receipt";
import { PartyName } from "./party";
import { ReceiptActions } from "./receipt-actions";
import { type Fact, ReceiptFacts } from "./receipt-facts";
import { DeclinedMark, DoneMark } from "./receipt-marks";
import { ReceiptProof } from "./receipt-proof";
import { ReceiptRefunded, ReceiptRefunds } from "./receipt-refunds";

/** Longer than this, an amount in the type of the title no longer fits a telephone. */
const LARGE_TYPE_MAX_LENGTH = 12;

/** One payment as a bill: what became of it first, then who, what, when, what was paid back; and its proof below. */
export function Receipt({
  viewerId,
  receipt,
  amount,
  mailIntentId,
}: {
  viewerId: string;
  receipt: ReceiptOf;
  amount: string;
  /** Names the wish to have it by e-mail; undefined where no mail can be sent. */
  mailIntentId?: string | undefined;
}) {
  const t = useTranslations("payment");
  const tReceipt = useTranslations("receipt");
  const format = useFormatter();
  const { payment, payer, payee, order } = receipt;
  const hasMoved = payment.status === "succeeded";
  const declineCode = payment.declineCode ?? "unknown";
  const facts: Fact[] = [
    [t("from"), <PartyName key="from" party={payer} viewerId={viewerId} />],
    [t("to"), <PartyName key="to" party={payee} viewerId={viewerId} />],
    [t("when"), format.dateTime(new Date(payment.settledAt), "moment")],
    [t("kind"), t(`kind_${namedAs(receipt)}`)],
    ...(hasMoved ? [] : [[t("declineReason"), t(`decline_${declineCode}`)] as Fact]),
    ...(payment.note === undefined ? [] : [[t("note"), <bdi key="note">{payment.note}</bdi>] as Fact]),
  ];
  return (
    <div className="mx-auto w-full max-w-lg">
      <article className="drop-shadow-[0_10px_24px_rgb(23_33_28_/_10%)] print:drop-shadow-none">
        <div className="torn rounded-t-2xl bg-card px-5 pt-8 sm:px-8">
          {hasMoved ? <DoneMark /> : <DeclinedMark />}
          <h1
            className={cn(
              "figures mt-5 text-center font-bold tracking-[-0.03em] wrap-anywhere",
              // An amount that is broken over two lines reads as two numbers.
              amount.length > LARGE_TYPE_MAX_LENGTH ? "text-lg sm:text-2xl" : "text-[2.25rem]",
            )}
          >
            {hasMoved ? tReceipt(`title_${namedAs(receipt)}`, { amount }) : t("declined", { amount })}
          </h1>
          {hasMoved ? (
            <p className="mt-2 text-center text-soft">
              {inElements(
                tReceipt.rich(`subtitle_${subtitleOf(receipt, viewerId)}`, {
                  name: payer.id === viewerId ? payee.name : payer.name,
                  bdi,
                }),
              )}
            </p>
          ) : null}
          <div className="dotted-rule mt-7 pt-5">
            <ReceiptFacts facts={facts} />
          </div>
          {hasMoved ? null : (
            <section aria-labelledby="next" className="dotted-rule mt-5 pt-4">
              <h2 id="next" className="font-semibold">
                {tReceipt("afterTitle")}
              </h2>
              <p className="mt-1">{tReceipt(`next_${declineCode}`)}</p>
            </section>
          )}
          {order === undefined ? null : (
            <div className="dotted-rule mt-5 pt-4">
              <h2 className="mb-1 font-semibold wrap-anywhere">
                <bdi>{order.description}</bdi>
              </h2>
              <OrderLines order={order} />
            </div>
          )}
          <ReceiptRefunds receipt={receipt} />
          <ReceiptRefunded receipt={receipt} />
          <div className="dotted-rule mt-5 pt-5 text-xs break-all text-faint">
            <p className="flex flex-wrap justify-center gap-x-1">
              <span>{t("reference")}</span>
              <span className="figures">{payment.id}</span>
            </p>
          </div>
        </div>
      </article>
      <ReceiptActions receipt={receipt} viewerId={viewerId} mailIntentId={mailIntentId} />
      <ReceiptProof receipt={receipt} viewerId={viewerId} />
      <p className="print:hidden mt-6 text-center text-sm text-soft">{t("keep")}</p>
    </div>
  );
}
