import { Download } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getFormatter, getLocale, getTimeZone, getTranslations } from "next-intl/server";
import { Copyable } from "@/components/ops/copyable";
import { Facts } from "@/components/ops/facts";
import { AsOf } from "@/components/ops/ledger/as-of";
import { LedgerNav } from "@/components/ops/ledger/ledger-nav";
import { LinesTable } from "@/components/ops/lines-table";
import { PageHead } from "@/components/ops/page-head";
import { Pager } from "@/components/ops/pager";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { findLedgerAccount } from "@/db/ledger/views/accounts";
import { listEntries, stateAt } from "@/db/ledger/views/entries";
import { formatMoney } from "@/lib/money";
import { authorizePage } from "@/server/identity/authorize";
import { kindText } from "@/server/ops/kind-text";
import { countIn, momentIn } from "@/server/ops/ledger-query";
import { idIn } from "@/server/ops/refund";
import { PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> };

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const [{ id }, t] = await Promise.all([params, getTranslations("opsLedger")]);
  return { title: `${t("account")} ${id.slice(-12)}` };
}

/** One account: what it holds, or held at a moment, and by which entries, each with the balance after it. */
export default async function AccountPage({ params, searchParams }: Props) {
  const [given, search, timeZone] = await Promise.all([params, searchParams, getTimeZone()]);
  const id = idIn(given.id);
  const typed = momentIn(search.at, timeZone);
  // What has not come yet has no balance of its own: the page is of now, and says so.
  const isYetToCome = typed !== undefined && typed.at.getTime() > Date.now();
  const moment = isYetToCome ? undefined : typed;
  const asked = moment && { at: moment.typed };
  const path = `/ops/ledger/accounts/${id}`;
  await authorizePage("/ops/ledger/accounts/[id]", pathWith(path, { ...asked }));
  const account = await findLedgerAccount(id);
  if (account === undefined) notFound();
  const then = moment ? await stateAt(id, moment.at) : undefined;
  const end = then?.version ?? account.version;
  const cursor = countIn(search.cursor);
  const from = cursor === undefined || cursor > end ? end : cursor;
  const [found, t, locale, format, nameOf] = await Promise.all([
    listEntries(id, from, PAGE_ROWS + 1),
    getTranslations("opsLedger"),
    getLocale(),
    getFormatter(),
    kindText(),
  ]);
  const page = found.slice(0, PAGE_ROWS);
  const last = page.at(-1);
  const money = (minor: bigint) => formatMoney(minor, account.currency, locale);
  const { owner } = account;
  return (
    <>
      <PageHead
        title={
          owner === null ? (
            t("houseAccount", { currency: account.currency })
          ) : (
            <bdi>{`${owner.name} · ${account.currency}`}</bdi>
          )
        }
        action={
          <Button asChild look="quiet">
            <a href={pathWith(`${path}/export.csv`, { ...asked })} download>
              <Download aria-hidden="true" className="size-4" />
              <span>{t("csv")}</span>
            </a>
          </Button>
        }
      />
      <LedgerNav at="accounts" />
      <Panel className="mb-6">
        <p className="text-sm text-soft">
          {moment ? t("balanceThen", { at: format.dateTime(moment.at, "instant") }) : t("balanceNow")}
        </p>
        <p className="figures mb-4 text-3xl font-bold tracking-tight wrap-anywhere">
          {money(then?.balanceMinor ?? account.balanceMinor)}
        </p>
        <Facts
          facts={[
            [t("version"), format.number(end)],
            ...(then === undefined ? [] : [[t("balanceNow"), money(account.balanceMinor)] as const]),
            [t("account"), <Copyable key="id" id={id} />],
            [
              t("owner"),
              owner === null ? t("house") : <bdi key="owner">{`${owner.name} (@${owner.handle})`}</bdi>,
            ],
            [t("floor"), account.minBalanceMinor === null ? t("noFloor") : money(account.minBalanceMinor)],
            [
              t("state"),
              account.closedAt === null
                ? t("state_open")
                : t("frozenSince", { at: format.dateTime(account.closedAt, "moment") }),
            ],
          ]}
        />
        <AsOf path={path} typed={typed?.typed} isYetToCome={isYetToCome} timeZone={timeZone} />
        <p className="mt-4 flex flex-wrap gap-x-5 border-t border-line pt-2 font-semibold text-accent-text">
          {(["debit", "credit"] as const).map((side) => (
            <Link
              key={side}
              href={pathWith("/ops/ledger/adjustments/new", { [side]: id, currency: account.currency })}
              prefetch={false}
              className="inline-flex min-h-11 items-center underline-offset-4 hover:underline"
            >
              {t(`adjust_${side}`)}
            </Link>
          ))}
        </p>
      </Panel>
      <Panel aria-labelledby="entries">
        <h2 id="entries" className="mb-4 text-lg font-semibold tracking-tight">
          {t("entries")}
        </h2>
        <LinesTable
          caption={t("entries")}
          columns={[
            { id: "version", header: t("version") },
            { id: "when", header: t("when") },
            { id: "what", header: t("what") },
            { id: "other", header: t("other") },
            { id: "amount", header: t("amount"), numeric: true },
            { id: "balance", header: t("balanceAfter"), numeric: true },
            { id: "journal", header: t("journal"), numeric: true },
          ]}
          lines={page.map((entry) => ({
            id: String(entry.version),
            cells: {
              version: { text: format.number(entry.version), look: "figures" },
              when: { text: format.dateTime(entry.at, "instant") },
              what: {
                text: nameOf(entry.kind),
                href: `/ops/payments/${entry.paymentId}`,
                ...(entry.note !== null && { sub: entry.note }),
              },
              other: {
                text: entry.other.handle === null ? t("house") : `@${entry.other.handle}`,
                href: `/ops/ledger/accounts/${entry.other.accountId}`,
                words: entry.other.handle !== null,
              },
              amount: {
                text: money(entry.amountMinor),
                look: "figures",
                ...(entry.amountMinor > 0n && { tone: "accent" as const }),
              },
              balance: { text: money(entry.balanceMinor), look: "figures" },
              journal:
                entry.position === null
                  ? { text: t("notSealed"), tone: "wait" }
                  : {
                      text: format.number(entry.position),
                      href: `/ops/ledger/journal/${entry.position}`,
                      look: "figures",
                    },
            },
          }))}
          empty={t("noEntries")}
        />
        <Pager
          first={from === end ? undefined : pathWith(path, { ...asked })}
          next={
            found.length > PAGE_ROWS && last
              ? pathWith(path, { ...asked, cursor: String(last.version - 1n) })
              : undefined
          }
        />
      </Panel>
    </>
  );
}
