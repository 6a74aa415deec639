import { Download } from "lucide-react";
import type { Metadata } from "next";
import { getTimeZone, getTranslations } from "next-intl/server";
import { SalesList } from "@/components/sales/sales-list";
import { SalesTotals } from "@/components/sales/sales-totals";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { ListPage } from "@/components/selling/list-page";
import { Pager } from "@/components/selling/pager";
import { Button } from "@/components/ui/button";
import { listAccounts } from "@/db/ledger/accounts";
import { searchSalesOf, totalSalesOf } from "@/db/payments/views/sales";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";
import { salesFilterOf } from "@/server/orders/sales-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchant");
  return { title: t("sales") };
}

/** Every sale of a merchant, newest first, and what those that are chosen come to. */
export default async function SalesPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const [search, timeZone] = await Promise.all([searchParams, getTimeZone()]);
  const { filter, query } = salesFilterOf(search, timeZone);
  const viewer = await authorizePage("/sales", pathWith("/sales", query));
  const cursor = one(search.cursor);
  const after = cursor === undefined ? undefined : readCursor("sales", cursor);
  const [found, { totals, isCut }, accounts, t] = await Promise.all([
    searchSalesOf(viewer.id, filter, { limit: PAGE_ROWS, after }),
    totalSalesOf(viewer.id, filter),
    listAccounts(viewer.id),
    getTranslations("merchant"),
  ]);
  const isFiltered = Object.keys(query).length > 0;
  const next = found.next && cursorOf("sales", found.next);
  return (
    <ListPage
      title={t("sales")}
      action={
        <Button asChild look="quiet">
          <a href={pathWith("/sales/export.csv", query)} download>
            <Download aria-hidden="true" className="size-4" />
            <span>{t("csv")}</span>
          </a>
        </Button>
      }
      above={totals.length > 0 ? <SalesTotals totals={totals} isCut={isCut} /> : undefined}
    >
      <Filters action="/sales" isUsed={isFiltered}>
        <FilterField name="q" label={t("searchSales")} value={query.q} />
        <FilterField name="from" type="date" label={t("from")} value={query.from} />
        <FilterField name="to" type="date" label={t("to")} value={query.to} />
        {accounts.length > 1 ? (
          <FilterChoice
            name="currency"
            label={t("currency")}
            value={query.currency}
            options={[
              { value: "", label: t("any") },
              ...accounts.map(({ currency }) => ({ value: currency, label: currency })),
            ]}
          />
        ) : null}
      </Filters>
      <p className="mb-2 text-sm text-soft">{t("salesOrder", { zone: timeZone })}</p>
      {found.entries.length > 0 ? (
        <SalesList sales={found.entries} />
      ) : (
        <p className="text-soft">{t(isFiltered || after ? "nothingFits" : "noSales")}</p>
      )}
      <Pager
        first={after && pathWith("/sales", query)}
        next={next && pathWith("/sales", { ...query, cursor: next })}
        isCut={found.isCut}
      />
    </ListPage>
  );
}
