import type { Metadata } from "next";
import Link from "next/link";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { Notice } from "@/components/account/notice";
import { MoneyInput } from "@/components/form/money-input";
import { Section } from "@/components/home/section";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { PageHead } from "@/components/ops/page-head";
import { Unlimited } from "@/components/ops/people/unlimited";
import { ReasonedAct } from "@/components/ops/reasoned-act";
import { listCurrencies } from "@/db/ledger/currencies";
import { CURRENCIES } from "@/lib/currency";
import { formatMoney, moneyPattern } from "@/lib/money";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { actWords } from "@/server/ops/act-words";
import { one, type SearchParams } from "@/server/orders/list-query";
import { serveCurrency } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsPeople");
  return { title: t("currencies") };
}

/** The currencies that are served, each with the limit of new accounts; and how another is opened. */
export default async function CurrenciesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const viewer = await authorizePage("/ops/currencies", "/ops/currencies");
  const [search, open, words, t, locale, format] = await Promise.all([
    searchParams,
    listCurrencies(),
    actWords(),
    getTranslations("opsPeople"),
    getLocale(),
    getFormatter(),
  ]);
  const changed = open.find(({ code }) => code === one(search.id));
  const isDone =
    changed !== undefined &&
    search.done === "currency" &&
    (await isBacked(`/ops/currencies?done=currency&id=${changed.code}`, viewer.id));
  const [first, ...others] = [...CURRENCIES]
    .filter((code) => !open.some((one) => one.code === code))
    .toSorted()
    .map((code) => moneyPattern(code, locale));
  return (
    <>
      <PageHead title={t("currencies")} lead={t("currenciesLead")} />
      <LedgerNav at="currencies" isItself />
      <div className="grid grid-cols-1 gap-4 sm:gap-6">
        {isDone ? <Notice>{t("done_currency", { currency: changed.code })}</Notice> : null}
        <Section title={t("openCurrencies")}>
          <ul className="divide-y divide-line">
            {open.map(({ code, dayLimitMinor, houseAccountId, openedAt }) => (
              <li key={code} className="py-3 first:pt-0 last:pb-0">
                <p className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
                  <span className="font-semibold">{`${code} · ${moneyPattern(code, locale).name}`}</span>
                  <span className="figures">
                    {dayLimitMinor === null
                      ? t("noLimit")
                      : t("limitOf", { limit: formatMoney(dayLimitMinor, code, locale) })}
                  </span>
                </p>
                <p className="flex flex-wrap items-center gap-x-4 text-sm text-soft">
                  <span>{t("openedOn", { when: format.dateTime(openedAt, "shortOfOtherYear") })}</span>
                  <Link
                    href={`/ops/ledger/accounts/${houseAccountId}`}
                    prefetch={false}
                    aria-label={t("houseAccountOf", { currency: code })}
                    className="inline-flex min-h-11 items-center text-accent-text underline underline-offset-4"
                  >
                    {t("houseAccount")}
                  </Link>
                </p>
                <ReasonedAct
                  key={dayLimitMinor?.toString()}
                  id={`limit-${code}`}
                  act="currency"
                  action={serveCurrency}
                  fields={{}}
                  what={t("changeDefault")}
                  label={t("changeDefaultOf", { currency: code })}
                  text={t("changeDefaultText")}
                  forCertain={t("changeLimitForCertain")}
                  words={words}
                  isDangerous={false}
                >
                  <MoneyInput label={t("limit")} patterns={[moneyPattern(code, locale)]} />
                  <Unlimited label={t("unlimited")} />
                </ReasonedAct>
              </li>
            ))}
          </ul>
        </Section>
        {first === undefined ? null : (
          <Section title={t("openAnother")}>
            <ReasonedAct
              key={open.length}
              id="open"
              act="currency"
              action={serveCurrency}
              fields={{}}
              what={t("openCurrency")}
              text={t("openCurrencyText")}
              forCertain={t("openForCertain")}
              words={words}
              isDangerous={false}
            >
              <MoneyInput label={t("limitAndCurrency")} patterns={[first, ...others]} />
              <Unlimited label={t("unlimited")} />
            </ReasonedAct>
          </Section>
        )}
      </div>
    </>
  );
}
