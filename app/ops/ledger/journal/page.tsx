import type { Metadata } from "next";
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { SealState } from "@/components/ops/ledger/seal-state";
import { LinesTable } from "@/components/ops/lines-table";
import { PageHead } from "@/components/ops/page-head";
import { Pager } from "@/components/ops/pager";
import { FilterField, Filters } from "@/components/selling/filters";
import { Panel } from "@/components/ui/panel";
import { formatAnchor } from "@/db/ledger/anchor";
import { sealingStall } from "@/db/ledger/seal";
import { listSeals, sealStatus, UNSEALED_COUNTED_MAX } from "@/db/ledger/views/journal";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { kindText } from "@/server/ops/kind-text";
import { countIn } from "@/server/ops/ledger-query";
import { PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsLedger");
  return { title: t("journal") };
}

/** Every movement in the order it was sealed in, the latest first, and how far sealing is behind. */
export default async function JournalPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const from = countIn(search.from);
  const path = "/ops/ledger/journal";
  await authorizePage("/ops/ledger/journal", pathWith(path, { from: from?.toString() }));
  const [found, status, stall, t, locale, format, nameOf] = await Promise.all([
    listSeals(PAGE_ROWS + 1, from),
    sealStatus(),
    sealingStall(),
    getTranslations("opsLedger"),
    getLocale(),
    getFormatter(),
    kindText(),
  ]);
  const page = found.slice(0, PAGE_ROWS);
  const last = page.at(-1);
  const who = (handle: string | null) => (handle === null ? t("house") : `@${handle}`);
  return (
    <>
      <PageHead title={t("journal")} lead={t("journalLead")} />
      <LedgerNav at="journal" isItself />
      <SealState
        {...status}
        anchor={formatAnchor({ position: status.position.toString(), hash: status.hash })}
        isMany={status.unsealed >= UNSEALED_COUNTED_MAX}
        stall={stall}
      />
      <Panel>
        <Filters action={path} isUsed={from !== undefined}>
          <FilterField name="from" label={t("fromPosition")} value={from?.toString()} />
        </Filters>
        <LinesTable
          caption={t("journal")}
          columns={[
            { id: "position", header: t("position") },
            { id: "hash", header: t("hash") },
            { id: "sealedAt", header: t("sealedAt") },
            { id: "what", header: t("what") },
            { id: "debit", header: t("debit") },
            { id: "credit", header: t("credit") },
            { id: "amount", header: t("amount"), numeric: true },
          ]}
          lines={page.map((seal) => ({
            id: String(seal.position),
            cells: {
              position: {
                text: format.number(seal.position),
                href: `${path}/${seal.position}`,
                look: "figures",
              },
              hash: { text: `${seal.hash.slice(0, 12)}…`, look: "mono" },
              sealedAt: { text: format.dateTime(seal.sealedAt, "instant") },
              what: { text: nameOf(seal.kind), href: `/ops/payments/${seal.paymentId}` },
              debit: {
                text: who(seal.debit.handle),
                href: `/ops/ledger/accounts/${seal.debit.accountId}`,
                words: seal.debit.handle !== null,
              },
              credit: {
                text: who(seal.credit.handle),
                href: `/ops/ledger/accounts/${seal.credit.accountId}`,
                words: seal.credit.handle !== null,
              },
              amount: { text: formatMoney(seal.amountMinor, seal.currency, locale), look: "figures" },
            },
          }))}
          empty={t("nothingSealed")}
        />
        <Pager
          first={from === undefined ? undefined : path}
          next={
            found.length > PAGE_ROWS && last
              ? pathWith(path, { from: String(last.position - 1n) })
              : undefined
          }
        />
      </Panel>
    </>
  );
}
