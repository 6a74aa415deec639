import { Undo2 } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound, redirect } from "next/navigation";
import { getFormatter, getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { Copyable } from "@/components/ops/copyable";
import { PageHead } from "@/components/ops/page-head";
import { OrderFacts } from "@/components/ops/payments/order-facts";
import { RawJson } from "@/components/ops/payments/raw-json";
import { type Side, Sides } from "@/components/ops/payments/sides";
import { Timeline } from "@/components/ops/timeline";
import { Verdict } from "@/components/ops/verdict";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { type Dossier, type DossierSide, readDossier } from "@/db/payments/search/dossier";
import { writtenIn } from "@/lib/activity/day";
import type { DeclineCode } from "@/lib/api/payment";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { kindText } from "@/server/ops/kind-text";
import { mayHaveMore, paymentEvents, personOf, refundActOf } from "@/server/ops/timeline";
import { pathWith } from "@/server/orders/list-query";

type Props = { params: Promise<{ id: string }> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const { id } = await params;
  const t = await getTranslations("opsPayments");
  return { title: `${t("payment")} ${id.slice(0, 8)}` };
}

/** Was this customer charged, once, and where is the money? The answer first; then what it rests on. */
export default async function OpsPaymentPage({ params }: Props) {
  const id = uuid.safeParse((await params).id);
  if (!id.success) notFound();
  await authorizePage("/ops/payments/[id]", `/ops/payments/${id.data}`);
  const dossier = await readDossier(id.data);
  // An id without a payment is a key: open, or void for ever. Its page says which.
  if (dossier === undefined) redirect(`/ops/keys/${id.data}`);
  const [t, nameOf, locale, timeZone, events] = await Promise.all([
    getTranslations("opsPayments"),
    kindText(),
    getLocale(),
    getTimeZone(),
    paymentEvents(dossier),
  ]);
  const { row, payment, order, arrivals } = dossier;
  const money = (minor: bigint) => formatMoney(minor, row.currency, locale);
  const limit = dossier.debit.dayLimitMinor;
  const declined = row.declineCode !== null && {
    thenHref: pathWith(`/ops/ledger/accounts/${row.payerAccountId}`, {
      at: writtenIn(row.settledAt, timeZone),
    }),
    limitNow:
      row.declineCode === "limit_exceeded" ? (limit === null ? t("noLimitNow") : money(limit)) : undefined,
  };
  const side = (name: Side["name"], { accountId, owner, moved }: DossierSide): Side => ({
    name,
    amount: `${name === "debit" ? "−" : "+"}${money(row.amountMinor)}`,
    accountId,
    owner: personOf(owner),
    moved: moved
      ? { before: money(moved.beforeMinor), after: money(moved.afterMinor), version: moved.version }
      : undefined,
    ...(declined && name === "debit" && { declined }),
  });
  return (
    <>
      <PageHead
        title={`${nameOf(row.kind)}: ${money(row.amountMinor)}`}
        action={
          isRefundable(dossier) ? (
            <Button asChild look="quiet">
              <Link href={`/ops/payments/${row.id}/refund`}>
                <Undo2 aria-hidden="true" className="size-4" />
                <span>{t("refund")}</span>
              </Link>
            </Button>
          ) : undefined
        }
      />
      <PaymentVerdict dossier={dossier} />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[3fr_2fr]">
        <Panel aria-labelledby="timeline">
          <h2 id="timeline" className="mb-4 text-xl font-bold">
            {t("timeline")}
          </h2>
          <Timeline events={events} />
          {mayHaveMore(arrivals) ? <p className="mt-4 text-sm text-soft">{t("arrivalsCut")}</p> : null}
          <p className="mt-5 border-t border-line pt-4 text-sm text-soft">{t("evidence")}</p>
        </Panel>
        <div className="grid min-w-0 grid-cols-1 gap-6">
          <Panel aria-labelledby="money">
            <h2 id="money" className="mb-4 text-xl font-bold">
              {t("money")}
            </h2>
            <Sides sides={[side("debit", dossier.debit), side("credit", dossier.credit)]} />
          </Panel>
          <Panel aria-labelledby="ids">
            <h2 id="ids" className="mb-2 text-xl font-bold">
              {t("ids")}
            </h2>
            <dl className="grid gap-y-2">
              <div>
                <dt className="text-sm text-soft">{t("paymentId")}</dt>
                <dd>
                  <Copyable id={row.id} />
                </dd>
              </div>
              <div>
                <dt className="text-sm text-soft">{t(row.kind === "order" ? "orderId" : "intentId")}</dt>
                <dd>
                  <Copyable id={row.purposeId} />
                </dd>
              </div>
              {row.subjectId === null ? null : (
                <div>
                  <dt className="text-sm text-soft">{t("refundOf")}</dt>
                  <dd>
                    <Copyable id={row.subjectId} />
                    <Link
                      href={`/ops/payments/${row.subjectId}`}
                      prefetch={false}
                      className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
                    >
                      {t("openPayment")}
                    </Link>
                  </dd>
                </div>
              )}
            </dl>
          </Panel>
          {order === null ? null : (
            <Panel aria-labelledby="order">
              <OrderFacts order={{ ...order, merchant: personOf(order.merchant) }} />
            </Panel>
          )}
        </div>
      </div>
      <RawJson
        payment={JSON.stringify(payment, undefined, 2)}
        row={JSON.stringify(
          dossier.row,
          (_name, value) => (typeof value === "bigint" ? value.toString() : value),
          2,
        )}
      />
    </>
  );
}

/** One sentence: whether anybody was charged, and once; then what came of it since. */
async function PaymentVerdict({ dossier }: { dossier: Dossier }) {
  const [t, format, locale] = await Promise.all([
    getTranslations("opsPayments"),
    getFormatter(),
    getLocale(),
  ]);
  const { row, debit, credit, refundedMinor, others } = dossier;
  const amount = formatMoney(row.amountMinor, row.currency, locale);
  const when = format.dateTime(row.settledAt, "moment");
  const name = (side: DossierSide) => side.owner?.name ?? t("house");
  const paidElsewhere = others.find(({ status }) => status === "succeeded");
  if (row.declineCode !== null) {
    return (
      <Verdict
        tone="alert"
        sentence={t("verdictDeclined", { reason: t(`reason_${row.declineCode as DeclineCode}`) })}
      >
        <p className="mt-1">{t("verdictDeclinedText", { when })}</p>
        {paidElsewhere === undefined ? null : (
          <p className="mt-1">
            <Link
              href={`/ops/payments/${paidElsewhere.id}`}
              prefetch={false}
              className="inline-flex min-h-11 items-center font-semibold underline underline-offset-4"
            >
              {t("verdictPaidElsewhere")}
            </Link>
          </p>
        )}
      </Verdict>
    );
  }
  const refunded = formatMoney(refundedMinor, row.currency, locale);
  const act = refundActOf(dossier);
  const words = { amount, payer: name(debit), payee: name(credit) };
  return (
    <Verdict
      tone="good"
      sentence={
        act === undefined
          ? t(`verdict_${row.kind}`, words)
          : t("verdictRefundFor", { ...words, operator: act.by?.name ?? t("anOperator") })
      }
    >
      {act === undefined ? null : (
        <p className="mt-1 wrap-anywhere">
          {inElements(t.rich("verdictBecause", { reason: act.reason, bdi }))}
        </p>
      )}
      <p className="mt-1">{t("verdictWhen", { when })}</p>
      {refundedMinor === 0n ? null : (
        <p className="mt-1 font-semibold">
          {refundedMinor === row.amountMinor
            ? t("verdictRefunded")
            : t("verdictRefundedPart", { refunded, amount })}
        </p>
      )}
    </Verdict>
  );
}

/** A sale or a transfer that somebody received, of which something is left to pay back. */
function isRefundable({ row, credit, refundedMinor }: Dossier): boolean {
  return (
    (row.kind === "order" || row.kind === "transfer") &&
    row.status === "succeeded" &&
    credit.owner !== null &&
    refundedMinor < row.amountMinor
  );
}
