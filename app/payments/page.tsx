import type { Metadata } from "next";
import { headers } from "next/headers";
import Link from "next/link";
import { getTimeZone, getTranslations } from "next-intl/server";
import { Suspense } from "react";
import { AccountTabs } from "@/components/activity/account-tabs";
import { type FieldErrors, FilterForm, type Typed } from "@/components/activity/filter-form";
import { MovementList } from "@/components/activity/movement-list";
import { MovementSkeleton } from "@/components/activity/movement-skeleton";
import { NoMovements } from "@/components/activity/no-movements";
import { OpenKeyList } from "@/components/activity/open-key-list";
import { PageLinks } from "@/components/activity/page-links";
import { Alert } from "@/components/checkout/alerts";
import { Section } from "@/components/home/section";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { type AccountState, readAccountStates } from "@/db/activity/account-states";
import { type Cut, readCut, writeCut } from "@/db/activity/cut";
import { type HistoryPage, readHistory } from "@/db/activity/history";
import { isSelected, listOpenKeys } from "@/db/activity/open-keys";
import type { Heading } from "@/db/activity/stream";
import {
  fieldOf,
  HISTORY_FIELDS,
  type HistoryQuery,
  parseHistoryQuery,
  searchOf,
  selectionOf,
  TEXT_MAX_LENGTH,
} from "@/lib/activity/filter";
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

/** What the address says: the filters, each once; and which page, where it says one. */
function readAddress(search: Record<string, string | string[] | undefined>) {
  const one = (name: string) => [search[name]].flat()[0] ?? "";
  const typed = Object.fromEntries(HISTORY_FIELDS.map((name) => [name, one(name)]));
  const heading: Heading | undefined = one("older") ? "older" : one("newer") ? "newer" : undefined;
  return { typed, heading, cut: heading && one(heading) };
}

/** Everything that moved on the viewer's accounts, found by filters in the address, a page at a time. */
export default async function PaymentsPage({ searchParams }: Props) {
  const { typed, heading, cut } = readAddress(await searchParams);
  const address = new URLSearchParams(Object.entries(typed).filter(([, value]) => value !== ""));
  const viewer = await authorizePage("/payments", `/payments?${address}`);
  const [accounts, t, zone, requestHeaders] = await Promise.all([
    readAccountStates(viewer.id),
    getTranslations("activity"),
    getTimeZone(),
    headers(),
  ]);
  const parsed = parseHistoryQuery(address);
  const query: HistoryQuery = parsed.ok ? parsed.value : {};
  const { account: _account, ...filters } = query;
  const found = (
    <Found viewer={viewer} accounts={accounts} query={query} place={cut && heading ? { cut, heading } : undefined} />
  );
  return (
    <div className="mx-auto grid w-full max-w-3xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {accounts.length > 0 ? <AccountTabs accounts={accounts} query={query} /> : null}
      <Panel aria-label={t("filters")} className="py-4 sm:py-5">
        <FilterForm
          typed={typed}
          errors={parsed.ok ? {} : errorsOf(parsed.errors.map(fieldOf), t)}
          isFiltered={!parsed.ok || Object.keys(filters).length > 0}
          zone={zone}
        />
      </Panel>
      {parsed.ok ? (
        // In a document everything comes at once, and needs no script to be seen.
        isFetchedByScript(requestHeaders) ? (
          <Suspense
            key={`${searchOf(query)} ${cut}`}
            fallback={
              <Panel className="py-3 sm:py-4">
                <MovementSkeleton />
              </Panel>
            }
          >
            {found}
          </Suspense>
        ) : (
          found
        )
      ) : (
        <Alert title={t("error_title")}>{t("error_text")}</Alert>
      )}
    </div>
  );
}

type Texts = Awaited<ReturnType<typeof getTranslations<"activity">>>;

/** What to correct in the fields that are wrong. */
function errorsOf(names: readonly string[], t: Texts): FieldErrors {
  const texts: Record<string, string> = {
    from: t("error_from"),
    to: t("error_to"),
    q: t("error_q", { length: TEXT_MAX_LENGTH }),
  };
  return Object.fromEntries(names.map((name) => [name, texts[name] ?? t("error_choice")]));
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
  const checking = openKeys.filter((openKey) => isSelected(openKey, selection));
  const turn = (name: Heading, to: Cut | undefined) =>
    to && `/payments${searchOf(query, { [name]: writeCut(to, byAccount) })}`;
  return (
    <>
      {checking.length > 0 ? (
        <Section title={t("checkingTitle")} text={t("checkingText")}>
          <OpenKeyList openKeys={checking} />
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
  if (Object.keys(query).length === 0 && page.newer === undefined)
    return <NoMovements role={viewer.role} handle={viewer.handle} />;
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
