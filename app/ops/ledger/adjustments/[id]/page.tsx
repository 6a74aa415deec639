import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { ActForm } from "@/components/ops/act-form";
import { Copyable } from "@/components/ops/copyable";
import { Facts } from "@/components/ops/facts";
import { AdjustmentStateBox } from "@/components/ops/ledger/adjustment-state";
import { BothSides } from "@/components/ops/ledger/both-sides";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { PageHead } from "@/components/ops/page-head";
import { Panel } from "@/components/ui/panel";
import { findAdjustment } from "@/db/ledger/adjustments";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { idIn } from "@/server/ops/refund";
import { pathWith } from "@/server/orders/list-query";
import { approveRequest, refuseRequest, withdrawRequest } from "../actions";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsLedger");
  return { title: t("adjustment") };
}

/** One correction: what was asked for, by whom, what it does to both accounts, and what became of it. */
export default async function AdjustmentPage({ params }: Props) {
  const id = idIn((await params).id);
  const viewer = await authorizePage("/ops/ledger/adjustments/[id]", `/ops/ledger/adjustments/${id}`);
  const [adjustment, t, locale, format] = await Promise.all([
    findAdjustment(id),
    getTranslations("opsLedger"),
    getLocale(),
    getFormatter(),
  ]);
  if (adjustment === undefined) notFound();
  const { state, amountMinor, currency, debit, credit, askedBy, endedBy, endedAt } = adjustment;
  const money = (minor: bigint) => formatMoney(minor, currency, locale);
  const person = ({ name, handle }: { name: string; handle: string }) => (
    <bdi key={handle}>{`${name} (@${handle})`}</bdi>
  );
  const isPending = state === "pending";
  const isAsker = viewer.id === askedBy.id;
  const isOwner = [debit.owner?.id, credit.owner?.id].includes(viewer.id);
  const debitAfter = debit.balanceMinor - amountMinor;
  const errors = {
    reason_empty: t("error_reason_empty"),
    reason_long: t("error_reason_long"),
    reason_signs: t("error_reason_signs"),
  };
  return (
    <div className="w-full max-w-3xl">
      <PageHead title={t("adjustmentOf", { amount: money(amountMinor) })} />
      <LedgerNav at="adjustments" />
      <div className="grid grid-cols-1 gap-6">
        <Panel>
          <AdjustmentStateBox state={state} declineCode={adjustment.declineCode} />
          <div className="my-5">
            <BothSides
              sides={[
                {
                  side: "debit",
                  account: debit,
                  now: money(debit.balanceMinor),
                  after: isPending ? money(debitAfter) : undefined,
                  lacks: isPending && debit.minBalanceMinor !== null && debitAfter < debit.minBalanceMinor,
                },
                {
                  side: "credit",
                  account: credit,
                  now: money(credit.balanceMinor),
                  after: isPending ? money(credit.balanceMinor + amountMinor) : undefined,
                  lacks: false,
                },
              ]}
            />
          </div>
          <Facts
            facts={[
              [
                t("amount"),
                <span key="amount" className="figures font-semibold">
                  {money(amountMinor)}
                </span>,
              ],
              [t("reason"), <bdi key="reason">{adjustment.reason}</bdi>],
              [t("askedBy"), person(askedBy)],
              [t("askedAt"), format.dateTime(adjustment.askedAt, "moment")],
              ...(endedBy === null || endedAt === null
                ? []
                : [
                    [t(`endedBy_${state as "done"}`), person(endedBy)] as const,
                    [t("endedAt"), format.dateTime(endedAt, "moment")] as const,
                  ]),
              ...(adjustment.endReason === null
                ? []
                : [[t("endReason"), <bdi key="why">{adjustment.endReason}</bdi>] as const]),
              ...(adjustment.paymentId === null
                ? []
                : [
                    [
                      t("payment"),
                      <Copyable
                        key="payment"
                        id={adjustment.paymentId}
                        href={`/ops/payments/${adjustment.paymentId}`}
                      />,
                    ] as const,
                  ]),
              [t("request"), <Copyable key="id" id={id} />],
            ]}
          />
          {state === "declined" || state === "refused" || state === "withdrawn" ? (
            <p className="mt-4 border-t border-line pt-2">
              <Link
                href={pathWith("/ops/ledger/adjustments/new", {
                  debit: debit.id,
                  credit: credit.id,
                  currency,
                  reason: adjustment.reason,
                })}
                prefetch={false}
                className="inline-flex min-h-11 items-center font-semibold text-accent-text underline-offset-4 hover:underline"
              >
                {t("askAgain")}
              </Link>
            </p>
          ) : null}
        </Panel>
        {isPending && !isAsker ? (
          <Panel aria-labelledby="approve">
            <h2 id="approve" className="text-lg font-semibold tracking-tight">
              {t("approve")}
            </h2>
            <p className="mt-1 mb-4 text-soft">{t(isOwner ? "not_own_account" : "approveText")}</p>
            {isOwner ? null : (
              <ActForm
                act={approveRequest}
                id="approve-form"
                label={t("approve")}
                fields={{ id }}
                submit={t("approveNow", { amount: money(amountMinor) })}
              />
            )}
          </Panel>
        ) : null}
        {isPending ? (
          <Panel aria-labelledby="end">
            <h2 id="end" className="text-lg font-semibold tracking-tight">
              {t(isAsker ? "withdraw" : "refuse")}
            </h2>
            <p className="mt-1 mb-4 text-soft">{t(isAsker ? "withdrawText" : "refuseText")}</p>
            <ActForm
              act={isAsker ? withdrawRequest : refuseRequest}
              id="end-form"
              label={t(isAsker ? "withdraw" : "refuse")}
              fields={{ id }}
              reason={{ label: t("reason"), hint: t("endReasonHint") }}
              errors={errors}
              submit={t(isAsker ? "withdraw" : "refuse")}
              look="quiet"
            />
          </Panel>
        ) : null}
      </div>
    </div>
  );
}
