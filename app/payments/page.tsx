import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { getTimeZone, getTranslations } from "next-intl/server";
import { type ReactElement, Suspense } from "react";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { AccountTabs } from "@/components/activity/account-tabs";
import { FilterForm } from "@/components/activity/filter-form";
import { MovementList } from "@/components/activity/movement-list";
import { MovementSkeleton } from "@/components/activity/movement-skeleton";
import { NoMovements } from "@/components/activity/no-movements";
import { OpenKeyList } from "@/components/activity/open-key-list";
import { PageLinks } from "@/components/activity/page-links";
import { Section } from "@/components/home/section";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { type AccountState, readAccountStates } from "@/db/activity/account-states";
import { type Cut, readCut, writeCut } from "@/db/activity/cut";
import { type HistoryPage, readHistory } from "@/db/activity/history";
import { isSelected, listOpenKeys } from "@/db/activity/open-keys";
import type { Heading } from "@/db/activity/stream";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { HISTORY_FIELDS, type HistoryQuery, historyQuery, searchOf } from "@/lib/activity/filter";
import { selectionOf } from "@/lib/activity/selection";
import { type FormState, parseForm } from "@/lib/form/form-state";
import { isFetchedByScript } from "@/server/http/request/navigation";
import { authorizePage } from "@/server/identity/authorize";
import type { Viewer } from "@/server/identity/viewer";

/** What fits a few screens of a telephone. */
const PAGE_ROWS = 25;
/** Of payments that are being checked; there are hardly ever two. */
const CHECKING_MAX = 20;

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("activity");
  return { title: t("title") };
}

/** What the address says: the filters that have something in them, each once; and which page, where it says one. */
function readAddress(search: Record<string, string | string[] | undefined>) {
  const one = (name: string) => [search[name]].flat()[0]?.trim() ?? "";
  const typed = new URLSearchParams(HISTORY_FIELDS.map((name) => [name, one(name)]));
  for (const name of HISTORY_FIELDS) if (typed.get(name) === "") typed.delete(name);
  const heading: Heading | undefined = one("older") ? "older" : one("newer") ? "newer" : undefined;
  return { typed, place: heading && { heading, cut: one(heading) } };
}

/** Everything that moved on the viewer's accounts, found by filters in the address, a page at a time. */
export default async function PaymentsPage({ searchParams }: Props) {
  const { typed, place } = readAddress(await searchParams);
  const viewer = await authorizePage("/payments", `/payments?${typed}`);
  const [accounts, frozen, t, zone, requestHeaders] = await Promise.all([
    readAccountStates(viewer.id),
    listFrozenCurrencies(viewer.id),
    getTranslations("activity"),
    getTimeZone(),
    headers(),
  ]);
  const parsed = parseForm(historyQuery, typed);
  const query: HistoryQuery = parsed.ok ? parsed.value : {};
  const state: FormState = parsed.ok ? { values: Object.fromEntries(typed), errors: [] } : parsed.state;
  const { account, q, ...others } = query;
  const isOpen = searchOf(others) !== "";
  const isFiltered = !parsed.ok || q !== undefined || isOpen;
  return (
    <div className="mx-auto grid w-full max-w-3xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {frozen.length > 0 ? (
        // The grid keeps its own distance.
        <div className="-mb-4 sm:-mb-6">
          <FrozenAccounts currencies={frozen} />
        </div>
      ) : null}
      {accounts.length > 0 ? <AccountTabs accounts={accounts} query={query} /> : null}
      <Panel className="py-4 sm:py-5">
        <FilterForm
          state={state}
          isOpen={isOpen}
          clearPath={
            isFiltered ? `/payments${searchOf(account === undefined ? {} : { account })}` : undefined
          }
          zone={zone}
        />
      </Panel>
      {parsed.ok ? (
        <AtOnceOrLater key={`${searchOf(query)} ${place?.cut}`} isLater={isFetchedByScript(requestHeaders)}>
          <Found viewer={viewer} accounts={accounts} query={query} place={place} />
        </AtOnceOrLater>
      ) : null}
    </div>
  );
}

/**
 * What a script fetches has its place held until it is there. In a document everything comes at once, and needs no script to be
 * seen.
 */
function AtOnceOrLater({ isLater, children }: { isLater: boolean; children: ReactElement }) {
  if (!isLater) return children;
  return (
    <Suspense
      fallback={
        <Panel className="py-3 sm:py-4">
          <MovementSkeleton />
        </Panel>
      }
    >
      {children}
    </Suspense>
  );
}

async function Found({
  viewer,
  accounts,
  query,
  place,
}: {
  viewer: Viewer;
  accounts: AccountState[];
  query: HistoryQuery;
  place: { cut: string; heading: Heading } | undefined;
}) {
  const [t, zone] = await Promise.all([getTranslations("activity"), getTimeZone()]);
  const selection = selectionOf(query, zone);
  const byCurrency = new Map(accounts.map(({ id, currency }) => [currency, id]));
  const byAccount = new Map(accounts.map(({ id, currency }) => [id, currency]));
  const cut = place && readCut(place.cut, byCurrency);
  const [page, openKeys] = await Promise.all([
    readHistory(viewer.id, accounts, selection, {
      limit: PAGE_ROWS,
      // An address that was cut short shows the newest.
      place: cut && place && { cut, heading: place.heading },
    }),
    // What is on its way is newer than anything.
    cut ? [] : listOpenKeys(viewer.id, { limit: CHECKING_MAX, arrivedOnly: true }),
  ]);
  const selected = openKeys.filter((openKey) => isSelected(openKey, selection));
  // What was told why it was not accepted is not being checked.
  const checking = selected.filter(({ isChecking }) => isChecking);
  const refused = selected.filter(({ isChecking }) => !isChecking);
  const turn = (name: Heading, to: Cut | undefined) =>
    to && `/payments${searchOf(query, { [name]: writeCut(to, byAccount) })}`;
  return (
    <>
      {checking.length > 0 ? (
        <Section title={t("checkingTitle")} text={t("checkingText")}>
          <OpenKeyList openKeys={checking} />
        </Section>
      ) : null}
      {refused.length > 0 ? (
        <Section title={t("refusedTitle")} text={t("refusedText")}>
          <OpenKeyList openKeys={refused} />
        </Section>
      ) : null}
      <Panel aria-label={t("title")} className="py-3 sm:py-4">
        {page.movements.length > 0 ? (
          <MovementList movements={page.movements} />
        ) : (
          <Nothing viewer={viewer} query={query} page={page} />
        )}
        <PageLinks
          newer={turn("newer", page.newer)}
          older={turn("older", page.older)}
          lookedTo={page.lookedTo}
        />
      </Panel>
      {page.movements.length > 0 && query.status !== "checking" ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
          <Button asChild look="quiet">
            <a href={`/payments/export.csv${searchOf(query)}`} download>
              {t("csv")}
            </a>
          </Button>
          <p className="text-sm text-soft">{t("csvText")}</p>
        </div>
      ) : null}
    </>
  );
}

/** Nothing to show: because nothing has ever moved, or because nothing fits. */
async function Nothing({ viewer, query, page }: { viewer: Viewer; query: HistoryQuery; page: HistoryPage }) {
  const t = await getTranslations("activity");
  if (query.status === "checking") return <p className="py-2 text-soft">{t("noneChecking")}</p>;
  if (searchOf(query) === "" && page.newer === undefined)
    return <NoMovements isMerchant={viewer.role === "merchant"} handle={viewer.handle} />;
  return (
    <div className="py-2">
      <p className="font-medium">{t("noneFitTitle")}</p>
      <p className="mt-1 text-soft">{t("noneFit")}</p>
      <p>
        <Link
          href="/payments"
          className="inline-flex min-h-11 items-center font-medium text-accent-text underline-offset-4 hover:underline"
        >
          {t("clear")}
        </Link>
      </p>
    </div>
  );
}
