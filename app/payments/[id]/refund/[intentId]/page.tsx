import type { Metadata } from "next";
import Link from "next/link";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { looksLikeEarlier } from "@/app/looks-like-earlier-action";
import { payNow } from "@/app/pay-action";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { Amount } from "@/components/checkout/amount";
import { AsksFirst } from "@/components/checkout/asks-first";
import { PayForm } from "@/components/checkout/pay-form";
import { RefundFacts } from "@/components/refund/refund-facts";
import { RefundForm } from "@/components/refund/refund-form";
import { Panel } from "@/components/ui/panel";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { formatMoney, moneyPattern } from "@/lib/money";
import { placeOf } from "@/lib/pay/place";
import type { Payload } from "@/lib/pay/state";
import { authorizePage } from "@/server/identity/authorize";
import { pathWith, type SearchParams } from "@/server/orders/list-query";
import { readRefund, readRefundQuery, refundPurposeOf, typedRefundPath } from "@/server/orders/refund-page";
import { BESIDE, fieldsOf, queryOf } from "@/server/pay/plain-form";
import { questionOf } from "@/server/pay/question";

type Props = {
  params: Promise<{ id: string; intentId: string }>;
  searchParams: Promise<SearchParams>;
};

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("refund");
  return { title: t("title") };
}

/**
 * A refund: first how much and why, then all of it once more with the button. The intent stands in the address, so that it
 * is one refund however often it is pressed or reloaded. To read it writes nothing.
 */
export default async function RefundPage({ params, searchParams }: Props) {
  const [given, search] = await Promise.all([params, searchParams]);
  const purpose = refundPurposeOf(given);
  const place = placeOf(purpose);
  const asked = Object.entries(search).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  const viewer = await authorizePage(
    "/payments/[id]/refund/[intentId]",
    pathWith(place, Object.fromEntries(asked)),
  );
  const [sale, frozen, t, locale, format] = await Promise.all([
    readRefund(viewer.id, purpose),
    listFrozenCurrencies(viewer.id),
    getTranslations("refund"),
    getLocale(),
    getFormatter(),
  ]);
  const money = (amountMinor: bigint | string) => formatMoney(amountMinor, sale.currency, locale);
  const left = money(sale.leftMinor);
  const query = readRefundQuery(search, sale, locale);
  const payload: Payload = "payload" in query ? { ...query.payload } : {};
  const beside = fieldsOf(queryOf(search), BESIDE);
  const question =
    "payload" in query ? await questionOf(viewer.id, purpose, payload, beside.despite) : undefined;
  const pattern = moneyPattern(sale.currency, locale);
  const facts = (
    <RefundFacts
      payer={sale.payer}
      description={sale.description}
      paid={money(sale.amountMinor)}
      when={format.dateTime(sale.settledAt, "moment")}
      left={left}
      {...("payload" in query && { reason: query.payload.reason })}
    />
  );
  return (
    <div className="mx-auto w-full max-w-xl">
      <Link
        href={`/payments/${sale.paymentId}`}
        className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
      >
        {t("back")}
      </Link>
      <h1 className="mb-6 text-title">{t("payload" in query ? "reviewTitle" : "title")}</h1>
      <FrozenAccounts currencies={frozen.filter((currency) => currency === sale.currency)} />
      <Panel>
        {sale.leftMinor === 0n ? (
          <>
            <p className="mb-5 font-medium">{t("nothingLeft")}</p>
            <div>{facts}</div>
          </>
        ) : "payload" in query ? (
          <>
            <p className="text-sm text-soft">{t("youRefund")}</p>
            <Amount amount={money(query.payload.amountMinor)} />
            <div className="mb-5">{facts}</div>
            {question !== undefined ? (
              <AsksFirst
                kind="refund"
                question={question}
                otherName={sale.payer.name}
                amount={money(query.payload.amountMinor)}
                goOn={pathWith(place, { ...payload, despite: question.goOn })}
              />
            ) : (
              <PayForm
                userId={viewer.id}
                userName={viewer.name}
                otherName={sale.payer.name}
                purpose={purpose}
                payload={payload}
                beside={beside}
                asksFirst={looksLikeEarlier}
                currency={sale.currency}
                amount={money(query.payload.amountMinor)}
                returnTo={pathWith(place, { ...payload, ...beside })}
                payNow={payNow}
              />
            )}
            <p className="mt-4 border-t border-line pt-2 text-center">
              <Link
                href={typedRefundPath(place, query.payload, {
                  currency: sale.currency,
                  locale,
                  isChange: true,
                })}
                className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
              >
                {t("change")}
              </Link>
            </p>
          </>
        ) : (
          <>
            <div className="mb-6">{facts}</div>
            <RefundForm
              path={place}
              leftMinor={sale.leftMinor.toString()}
              left={left}
              pattern={pattern}
              state={query.state}
            />
          </>
        )}
      </Panel>
    </div>
  );
}
