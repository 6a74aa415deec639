import { Download } from "lucide-react";
import type { Metadata } from "next";
import { getFormatter, getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { PageHead } from "@/components/ops/page-head";
import { Pager } from "@/components/ops/pager";
import { PaymentFilters, PaymentViews } from "@/components/ops/payments/payment-filters";
import { PaymentList } from "@/components/ops/payments/payment-list";
import { UnderstoodAs } from "@/components/ops/payments/understood";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { listCurrencies } from "@/db/ledger/currencies";
import { searchPayments } from "@/db/payments/search/search";
import { understand } from "@/db/payments/search/understand";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { paymentSorting, paymentViews } from "@/server/ops/payment-views";
import { amountSearched, paymentsQueryOf, placeText, readPlace } from "@/server/ops/payments-query";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

const PATH = "/ops/payments";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsPayments");
  return { title: t("title") };
}

/** Everybody's payments, searched, filtered and sorted as the address says. */
export default async function OpsPaymentsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const [search, timeZone] = await Promise.all([searchParams, getTimeZone()]);
  const asked = paymentsQueryOf(search, timeZone, undefined);
  await authorizePage("/ops/payments", pathWith(PATH, asked.query));
  const [currencies, locale, t, format] = await Promise.all([
    listCurrencies(),
    getLocale(),
    getTranslations("opsPayments"),
    getFormatter(),
  ]);
  const codes = currencies.map(({ code }) => code);
  const mainCurrency = codes.includes("USD") ? "USD" : codes[0];
  const { filter, sort, text, query } = paymentsQueryOf(search, timeZone, mainCurrency);
  const subject = text === undefined ? undefined : await understand(text);
  const amount =
    subject?.type === "words"
      ? amountSearched(subject.text, {
          query,
          currencies: mainCurrency === undefined ? [] : [mainCurrency, ...codes],
          locale,
        })
      : undefined;
  const after = readPlace(one(search.cursor));
  const found = await searchPayments({ subject, filter, sort, limit: PAGE_ROWS, after });
  const isFirst = after === undefined;
  const lookedTo = found.lookedTo && format.dateTime(found.lookedTo, "moment");
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t("lead")}
        action={
          <Button asChild look="quiet">
            <a href={pathWith(`${PATH}/export.csv`, query)} download>
              <Download aria-hidden="true" className="size-4" />
              <span>{t("csv")}</span>
            </a>
          </Button>
        }
      />
      <PaymentViews views={await paymentViews(query, mainCurrency, timeZone)} />
      <Panel>
        <PaymentFilters query={query} currencies={codes} />
        {subject === undefined || text === undefined ? null : (
          <UnderstoodAs
            subject={{ ...subject, text: subject.type === "words" ? subject.text : text }}
            wordsHref={pathWith(PATH, { ...query, q: `"${text}"` })}
            amount={
              amount && {
                text: formatMoney(amount.amountMinor, amount.currency, locale),
                href: pathWith(PATH, amount.query),
              }
            }
          />
        )}
        <p className="mb-2 text-sm text-soft">
          {t(sort.by === "amount" ? "orderAmount" : "orderTime", { zone: timeZone })}
        </p>
        <PaymentList
          payments={found.entries}
          sorting={paymentSorting(query, sort)}
          empty={t(found.lookedTo === undefined ? "none" : "noneYet")}
        />
        <Pager
          first={isFirst ? undefined : pathWith(PATH, query)}
          next={found.next && pathWith(PATH, { ...query, cursor: placeText(found.next) })}
          cut={
            lookedTo &&
            t(sort.by === "amount" ? "cutAmount" : `cutTime_${sort.direction}`, { when: lookedTo })
          }
        />
      </Panel>
    </>
  );
}
