import type { Metadata } from "next";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { TrialBalance } from "@/components/ops/ledger/trial-balance";
import { LinesTable } from "@/components/ops/lines-table";
import { PageHead } from "@/components/ops/page-head";
import { Pager } from "@/components/ops/pager";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { Panel } from "@/components/ui/panel";
import { ACCOUNT_STATES, searchAccounts } from "@/db/ledger/views/accounts";
import { trialBalance } from "@/db/ledger/views/trial-balance";
import { uuid } from "@/lib/api/requests";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { accountsFilterOf } from "@/server/ops/ledger-query";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsLedger");
  return { title: t("title") };
}

/** Where the money is: what all accounts come to, and each of them. */
export default async function LedgerPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const { filter, query } = accountsFilterOf(search);
  await authorizePage("/ops/ledger", pathWith("/ops/ledger", query));
  const after = uuid.safeParse(one(search.cursor)).data;
  const [{ balances, at }, found, t, locale, format] = await Promise.all([
    trialBalance(),
    searchAccounts(filter, PAGE_ROWS + 1, after),
    getTranslations("opsLedger"),
    getLocale(),
    getFormatter(),
  ]);
  const page = found.slice(0, PAGE_ROWS);
  const last = page.at(-1);
  const next =
    found.length > PAGE_ROWS && last ? pathWith("/ops/ledger", { ...query, cursor: last.id }) : undefined;
  const isFiltered = Object.keys(query).length > 0;
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <LedgerNav at="accounts" isItself />
      <TrialBalance balances={balances} at={at} />
      <Panel aria-labelledby="accounts">
        <h2 id="accounts" className="mb-4 text-lg font-semibold tracking-tight">
          {t("accounts")}
        </h2>
        <Filters action="/ops/ledger" isUsed={isFiltered}>
          <FilterField name="q" label={t("find")} value={query.q} />
          <FilterChoice
            name="currency"
            label={t("currency")}
            value={query.currency}
            options={[
              { value: "", label: t("any") },
              ...balances.map(({ currency }) => ({ value: currency, label: currency })),
            ]}
          />
          <FilterChoice
            name="state"
            label={t("state")}
            value={query.state}
            options={[
              { value: "", label: t("any") },
              ...ACCOUNT_STATES.map((state) => ({ value: state, label: t(`state_${state}`) })),
            ]}
          />
        </Filters>
        <p className="mb-2 text-sm text-soft">{t("accountsOrder")}</p>
        <LinesTable
          caption={t("accounts")}
          columns={[
            { id: "account", header: t("account") },
            { id: "owner", header: t("owner") },
            { id: "currency", header: t("currency") },
            { id: "entries", header: t("entries"), numeric: true },
            { id: "balance", header: t("balance"), numeric: true },
            { id: "state", header: t("state") },
          ]}
          lines={page.map((account) => ({
            id: account.id,
            cells: {
              account: {
                text: `…${account.id.slice(-12)}`,
                href: `/ops/ledger/accounts/${account.id}`,
                look: "mono",
              },
              owner:
                account.owner === null
                  ? { text: t("house"), tone: "soft" }
                  : { text: account.owner.name, words: true, sub: `@${account.owner.handle}` },
              currency: { text: account.currency },
              entries: { text: format.number(account.version), look: "figures" },
              balance: { text: formatMoney(account.balanceMinor, account.currency, locale), look: "figures" },
              state:
                account.closedAt === null
                  ? { text: t("state_open"), tone: "soft" }
                  : { text: t("state_frozen"), tone: "alert" },
            },
          }))}
          empty={t(isFiltered || after ? "nothingFits" : "noAccounts")}
        />
        <Pager first={after && pathWith("/ops/ledger", query)} next={next} />
      </Panel>
    </>
  );
}
