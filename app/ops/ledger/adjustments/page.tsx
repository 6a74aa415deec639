import { Plus } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { LinesTable } from "@/components/ops/lines-table";
import { PageHead } from "@/components/ops/page-head";
import { Pager } from "@/components/ops/pager";
import { FilterChoice, Filters } from "@/components/selling/filters";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { ADJUSTMENT_STATES, listAdjustments } from "@/db/ledger/adjustments";
import { formatMoney } from "@/lib/money";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { adjustmentTone } from "@/server/ops/adjustments";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsLedger");
  return { title: t("adjustments") };
}

/** Corrections that were asked for, the latest first, and what became of them. */
export default async function AdjustmentsPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const path = "/ops/ledger/adjustments";
  const state = ADJUSTMENT_STATES.find((known) => known === one(search.state));
  await authorizePage("/ops/ledger/adjustments", pathWith(path, { state }));
  const cursor = one(search.cursor);
  const after = cursor === undefined ? undefined : readCursor("adjustments", cursor);
  const [found, t, locale, format] = await Promise.all([
    listAdjustments(PAGE_ROWS + 1, { state, after }),
    getTranslations("opsLedger"),
    getLocale(),
    getFormatter(),
  ]);
  const page = found.slice(0, PAGE_ROWS);
  const last = page.at(-1);
  const who = (owner: { handle: string } | null) => (owner === null ? t("house") : `@${owner.handle}`);
  return (
    <>
      <PageHead
        title={t("adjustments")}
        lead={t("adjustmentsLead")}
        action={
          <Button asChild>
            <Link href={`${path}/new`} prefetch={false}>
              <Plus aria-hidden="true" className="size-4" />
              <span>{t("ask")}</span>
            </Link>
          </Button>
        }
      />
      <LedgerNav at="adjustments" isItself />
      <Panel>
        <Filters action={path} isUsed={state !== undefined}>
          <FilterChoice
            name="state"
            label={t("state")}
            value={state}
            options={[
              { value: "", label: t("any") },
              ...ADJUSTMENT_STATES.map((one) => ({ value: one, label: t(`adjustment_${one}`) })),
            ]}
          />
        </Filters>
        <LinesTable
          caption={t("adjustments")}
          columns={[
            { id: "asked", header: t("askedAt") },
            { id: "state", header: t("state") },
            { id: "debit", header: t("debit") },
            { id: "credit", header: t("credit") },
            { id: "amount", header: t("amount"), numeric: true },
            { id: "by", header: t("askedBy") },
          ]}
          lines={page.map((adjustment) => ({
            id: adjustment.id,
            cells: {
              asked: {
                text: format.dateTime(adjustment.askedAt, "moment"),
                href: `${path}/${adjustment.id}`,
                sub: adjustment.reason,
              },
              state: {
                text: t(`adjustment_${adjustment.state}`),
                tone: adjustmentTone(adjustment.state),
              },
              debit: { text: who(adjustment.debit.owner), words: adjustment.debit.owner !== null },
              credit: { text: who(adjustment.credit.owner), words: adjustment.credit.owner !== null },
              amount: {
                text: formatMoney(adjustment.amountMinor, adjustment.currency, locale),
                look: "figures",
              },
              by: { text: `@${adjustment.askedBy.handle}`, words: true },
            },
          }))}
          empty={t(state === undefined && !after ? "noAdjustments" : "nothingFits")}
        />
        <Pager
          first={after && pathWith(path, { state })}
          next={
            found.length > PAGE_ROWS && last
              ? pathWith(path, { state, cursor: cursorOf("adjustments", { at: last.askedAt, id: last.id }) })
              : undefined
          }
        />
      </Panel>
    </>
  );
}
