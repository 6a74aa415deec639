import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { AskForm } from "@/components/ops/ledger/ask-form";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { PageHead } from "@/components/ops/page-head";
import { Panel } from "@/components/ui/panel";
import { listCurrencies } from "@/db/ledger/currencies";
import { moneyPattern } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { one, pathWith, type SearchParams } from "@/server/orders/list-query";
import { askAdjustment } from "../actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsLedger");
  return { title: t("ask") };
}

/** Asks for a correction; what an address names stands in it already. To read it writes nothing. */
export default async function AskPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const typed = {
    debit: one(search.debit) ?? "",
    credit: one(search.credit) ?? "",
    currency: one(search.currency) ?? "",
    reason: one(search.reason) ?? "",
  };
  const path = "/ops/ledger/adjustments/new";
  await authorizePage("/ops/ledger/adjustments/new", pathWith(path, typed));
  const [currencies, t, locale] = await Promise.all([
    listCurrencies(),
    getTranslations("opsLedger"),
    getLocale(),
  ]);
  const [first, ...others] = currencies.map(({ code }) => moneyPattern(code, locale));
  const isKnown = currencies.some(({ code }) => code === typed.currency);
  return (
    <div className="w-full max-w-2xl">
      <PageHead title={t("ask")} lead={t("askLead")} />
      <LedgerNav at="adjustments" />
      <Panel>
        {first === undefined ? (
          <p>{t("noCurrency")}</p>
        ) : (
          <AskForm
            ask={askAdjustment}
            id={randomUUID()}
            patterns={[first, ...others]}
            typed={{ ...typed, currency: isKnown ? typed.currency : first.currency }}
            texts={{
              debit: t("debitAccount"),
              debitHint: t("debitHint"),
              credit: t("creditAccount"),
              creditHint: t("creditHint"),
              amount: t("amount"),
              reason: t("reason"),
              reasonHint: t("askReasonHint"),
              submit: t("askNow"),
              errors: {
                account_empty: t("error_account_empty"),
                account_unknown: t("error_account_unknown"),
                reason_empty: t("error_reason_empty"),
                reason_long: t("error_reason_long"),
                reason_signs: t("error_reason_signs"),
              },
            }}
          />
        )}
      </Panel>
    </div>
  );
}
