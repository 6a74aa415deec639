import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { Section } from "@/components/home/section";
import { PageHead } from "@/components/ops/page-head";
import { PeopleTable } from "@/components/ops/people/people-table";
import { WaitingRequests } from "@/components/ops/people/waiting-requests";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { Pager } from "@/components/selling/pager";
import { Panel } from "@/components/ui/panel";
import { findPeople } from "@/db/operators/find-people";
import { listPendingRequests } from "@/db/operators/merchant-requests";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { peopleFilterOf } from "@/server/ops/people-query";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

/** As many as somebody decides in one go; the list of those who wait has all. */
const REQUESTS_SHOWN = 5;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsPeople");
  return { title: t("title") };
}

/** Who there is, newest first; found by name, handle, address and id; and who waits to become a merchant. */
export default async function PeoplePage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const { filter, query } = peopleFilterOf(search);
  await authorizePage("/ops/people", pathWith("/ops/people", query));
  const cursor = one(search.cursor);
  const after = cursor === undefined ? undefined : readCursor("people", cursor);
  // Above what somebody looks for, nobody else stands.
  const isWhole = Object.keys(query).length === 0 && after === undefined;
  const [{ people, hasMore, isCut }, waiting, t, format] = await Promise.all([
    findPeople(filter, { limit: PAGE_ROWS, afterId: after?.id }),
    isWhole ? listPendingRequests(REQUESTS_SHOWN + 1) : [],
    getTranslations("opsPeople"),
    getFormatter(),
  ]);
  const last = people.at(-1);
  const next = hasMore && last ? cursorOf("people", { at: last.createdAt, id: last.id }) : undefined;
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <div className="grid grid-cols-1 gap-4 sm:gap-6">
        {waiting.length === 0 ? null : (
          <Section title={t("waitingTitle")} text={t("waitingText")}>
            <WaitingRequests
              requests={waiting.slice(0, REQUESTS_SHOWN)}
              all={waiting.length > REQUESTS_SHOWN ? "/ops/people?state=waiting" : undefined}
            />
          </Section>
        )}
        <Panel>
          <Filters action="/ops/people" isUsed={Object.keys(query).length > 0}>
            <FilterField name="q" label={t("search")} value={query.q} />
            <FilterChoice
              name="role"
              label={t("role")}
              value={query.role}
              options={[
                { value: "", label: t("any") },
                ...(["payer", "merchant", "operator"] as const).map((value) => ({
                  value,
                  label: t(`role_${value}`),
                })),
              ]}
            />
            <FilterChoice
              name="state"
              label={t("state")}
              value={query.state}
              options={[
                { value: "", label: t("any") },
                { value: "frozen", label: t("state_frozen") },
                { value: "waiting", label: t("state_waiting") },
              ]}
            />
          </Filters>
          <p className="mb-2 text-sm text-soft">{t(isCut ? "searchCut" : "searchHint")}</p>
          <PeopleTable
            rows={people.map((person) => ({
              id: person.id,
              name: person.name,
              handle: person.handle,
              email: person.email,
              role: t(`role_${person.role}`),
              states: [
                ...(person.frozenAt === null ? [] : [{ look: "alert", text: t("state_frozen") } as const]),
                ...(person.isWaiting ? [{ look: "wait", text: t("state_waiting") } as const] : []),
              ],
              since: format.dateTime(person.createdAt, "shortOfOtherYear"),
            }))}
            words={{
              caption: t("title"),
              name: t("name"),
              email: t("email"),
              role: t("role"),
              since: t("since"),
              empty: t("nobody"),
            }}
          />
          <Pager
            first={after && pathWith("/ops/people", query)}
            next={next && pathWith("/ops/people", { ...query, cursor: next })}
            isCut={false}
          />
        </Panel>
      </div>
    </>
  );
}
