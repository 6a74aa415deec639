import { Check, X } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { OrderLines } from "@/components/orders/order-lines";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { inElements } from "@/components/ui/in-elements";

import type { Order } from "@/lib/api/order";
import { mayPayAgain } from "@/lib/pay/state-machine";
import type { ListedPayment } from "./payment-list";
import { type Fact, ReceiptFacts } from "./receipt-facts";

/** Longer than this, an amount in the type of the title no longer fits a telephone. */
const LARGE_TYPE_MAX_LENGTH = 12;

/** One payment as a bill: what became of it first, then who, what, when. */
export function Receipt({
  viewerId,
  view,
  order,
  amount,
}: {
  viewerId: string;
  view: ListedPayment;
  order: Order | undefined;
  amount: string;
}) {
  const t = useTranslations("payment");
  const format = useFormatter();
  const { payment, payer, payee } = view;
  const hasMoved = payment.status === "succeeded";
  const party = (who: { id?: string; name: string }): ReactNode =>
    who.id === viewerId ? inElements(t.rich("you", { name: who.name, bdi })) : <bdi>{who.name}</bdi>;
  const facts: Fact[] = [
    [t("from"), party(payer)],
    [t("to"), party(payee)],
    [t("when"), format.dateTime(new Date(payment.settledAt), "moment")],
    [t("kind"), t(`kind_${payment.kind}`)],
    ...(hasMoved ? [] : [[t("declineReason"), t(`decline_${payment.declineCode ?? "unknown"}`)] as Fact]),
    ...(payment.note === undefined ? [] : [[t("note"), <bdi key="note">{payment.note}</bdi>] as Fact]),
  ];
  return (
    <div className="mx-auto w-full max-w-lg">
      <article className="drop-shadow-[0_10px_24px_rgb(23_33_28_/_10%)]">
        <div className="torn rounded-t-2xl bg-card px-5 pt-8 sm:px-8">
          {hasMoved ? <DoneMark /> : <DeclinedMark />}
          <h1
            className={cn(
              "figures mt-5 text-center leading-tight font-bold tracking-[-0.03em] wrap-anywhere",
              // An amount that is broken over two lines reads as two numbers.
              amount.length > LARGE_TYPE_MAX_LENGTH ? "text-lg sm:text-2xl" : "text-[2.25rem]",
            )}
          >
            {t(titleOf(payment.status, payment.kind, payer.id === undefined), { amount })}
          </h1>
          {hasMoved ? (
            <p className="mt-2 text-center text-soft">
              {inElements(
                t.rich(subtitleOf(payment.kind, payer.id === viewerId, payer.id === undefined), {
                  name: payer.id === viewerId || payer.id === undefined ? payee.name : payer.name,
                  bdi,
                }),
              )}
            </p>
          ) : null}
          <div className="dotted-rule mt-7 pt-5">
            <ReceiptFacts facts={facts} />
          </div>
          {order === undefined ? null : (
            <div className="dotted-rule mt-5 pt-4">
              <h2 className="mb-1 font-semibold wrap-anywhere">
                <bdi>{order.description}</bdi>
              </h2>
              <OrderLines order={order} />
            </div>
          )}
          <div className="dotted-rule mt-5 pt-5 text-xs break-all text-faint">
            <p className="flex flex-wrap justify-center gap-x-1">
              <span>{t("reference")}</span>
              <span className="figures">{payment.id}</span>
            </p>
            {payment.refundOf === undefined ? null : (
              <p className="flex flex-wrap justify-center gap-x-1">
                <span>{t("refundOf")}</span>
                <Link href={`/payments/${payment.refundOf}`} className="figures underline">
                  {payment.refundOf}
                </Link>
              </p>
            )}
          </div>
        </div>
      </article>
      <div className="print:hidden mt-6 flex flex-wrap justify-center gap-3">
        {!hasMoved && order?.state === "open" && mayPayAgain(payment.declineCode) ? (
          <Button asChild>
            <Link href={`/checkout/${order.id}`}>{t("tryAgain")}</Link>
          </Button>
        ) : null}
        <Button asChild look="quiet">
          <Link href="/payments">{t("allPayments")}</Link>
        </Button>
        <Button asChild look="quiet">
          <Link href="/">{t("backHome")}</Link>
        </Button>
      </div>
      <p className="print:hidden mt-6 text-center text-sm text-soft">{t("keep")}</p>
    </div>
  );
}

/** The ring, drawn once around a tick. */
function DoneMark() {
  return (
    <div className="relative mx-auto size-16 text-accent-text">
      <svg viewBox="0 0 64 64" fill="none" aria-hidden="true" className="absolute inset-0">
        <circle cx="32" cy="32" r="29" className="fill-accent-wash" />
        <circle
          cx="32"
          cy="32"
          r="29"
          pathLength={100}
          stroke="currentColor"
          strokeWidth="4"
          strokeLinecap="round"
          transform="rotate(-90 32 32)"
          className="draw-once"
        />
      </svg>
      <Check aria-hidden="true" strokeWidth={3} className="absolute inset-4 size-8" />
    </div>
  );
}

function DeclinedMark() {
  return (
    <div className="mx-auto flex size-16 items-center justify-center rounded-full border-4 border-alert-line bg-alert-wash text-alert-text">
      <X aria-hidden="true" strokeWidth={3} className="size-8" />
    </div>
  );
}

type Kind = ListedPayment["payment"]["kind"];

/** `byHouse`: the money came from the service's own account. */
function titleOf(status: ListedPayment["payment"]["status"], kind: Kind, byHouse: boolean) {
  if (status === "declined") return "declined";
  if (kind === "funding") return byHouse ? "paidIn" : "takenOut";
  if (kind === "refund") return "paidBack";
  return kind === "top-up" ? "paidIn" : "paid";
}

function subtitleOf(kind: Kind, isPayer: boolean, byHouse: boolean) {
  if (kind === "funding") return byHouse ? "subtitleFundingIn" : "subtitleFundingOut";
  if (kind === "top-up") return "subtitleTopUp";
  if (kind === "refund") return isPayer ? "subtitleRefundSent" : "subtitleRefundReceived";
  return isPayer ? "subtitleSent" : "subtitleReceived";
}
