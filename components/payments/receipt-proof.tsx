import { useFormatter, useLocale, useTranslations } from "next-intl";
import { Panel } from "@/components/ui/panel";
import { formatMoney } from "@/lib/money";
import { ARRIVALS_KEPT, type Receipt, receivedAs } from "@/lib/receipt";
import { ReceiptEntries } from "./receipt-entries";

/**
 * How it is known that the payment was made once: how often it was asked for and what each request was told, for whoever
 * asked; and for both, the two entries in the ledger and their place in the journal.
 */
export function ReceiptProof({ receipt, viewerId }: { receipt: Receipt; viewerId: string }) {
  const t = useTranslations("receipt");
  const format = useFormatter();
  const locale = useLocale();
  const { payment, proof } = receipt;
  const { arrivals, issuedAt } = proof;
  const instant = (at: string): string => format.dateTime(new Date(at), "instant");
  return (
    <Panel aria-labelledby="proof" className="mt-6 print:border-0">
      <h2 id="proof" className="text-xl font-bold">
        {t("proofTitle")}
      </h2>
      {arrivals === undefined || arrivals.length === 0 ? null : (
        <>
          <p className="mt-2 text-lg font-semibold">
            {arrivals.length < ARRIVALS_KEPT
              ? t(`received_${receivedAs(payment)}`, { count: arrivals.length })
              : t(`receivedMany_${receivedAs(payment)}`, { count: ARRIVALS_KEPT })}
          </p>
          <h3 className="mt-5 font-semibold">{t("arrivals")}</h3>
          <ol className="mt-1 divide-y divide-line">
            {arrivals.map((arrival) => (
              <li key={arrival.id} className="break-inside-avoid py-3">
                <p className="figures font-medium">
                  <time dateTime={arrival.arrivedAt}>{instant(arrival.arrivedAt)}</time>
                </p>
                <p className="text-soft">{t(`channel_${arrival.channel}`)}</p>
                <p>
                  {t(`verdict_${arrival.verdict}`, {
                    amount: formatMoney(payment.amountMinor, payment.currency, locale),
                  })}
                </p>
                {arrival.requestId === undefined ? null : (
                  <p className="text-xs break-all text-faint">{t("request", { id: arrival.requestId })}</p>
                )}
              </li>
            ))}
          </ol>
          <p className="mt-2 text-sm text-soft">{t("evidence", { kept: ARRIVALS_KEPT })}</p>
        </>
      )}
      <dl className="mt-5 grid gap-y-4">
        <div>
          <dt className="font-semibold">{t("key")}</dt>
          <dd>
            <span className="figures block break-all">{payment.id}</span>
            <span className="block text-sm text-soft">{t("keyText")}</span>
          </dd>
        </div>
        {issuedAt === undefined ? null : (
          <div>
            <dt className="font-semibold">{t("issued")}</dt>
            <dd className="figures">
              <time dateTime={issuedAt}>{instant(issuedAt)}</time>
            </dd>
          </div>
        )}
      </dl>
      {arrivals?.length === 0 ? <p className="mt-4 text-sm text-soft">{t("receivedNone")}</p> : null}
      <ReceiptEntries receipt={receipt} viewerId={viewerId} />
    </Panel>
  );
}
