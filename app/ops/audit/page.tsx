import { Download } from "lucide-react";
import type { Metadata } from "next";
import { getTimeZone, getTranslations } from "next-intl/server";
import { AuditTable } from "@/components/ops/audit/audit-table";
import { SecurityTable } from "@/components/ops/audit/security-table";
import { Views } from "@/components/ops/audit/views";
import { PageHead } from "@/components/ops/page-head";
import { FilterChoice, FilterField, Filters } from "@/components/selling/filters";
import { Pager } from "@/components/selling/pager";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { searchAudit } from "@/db/operators/audit";
import { AUDIT_ACTIONS } from "@/db/operators/audit-actions";
import { SECURITY_KINDS } from "@/db/security/kinds";
import { listSecurityEvents } from "@/db/security/list";
import { todayIn } from "@/lib/activity/day";
import { cursorOf, readCursor } from "@/server/http/request/paging";
import { authorizePage } from "@/server/identity/authorize";
import { auditFilterOf, securityFilterOf } from "@/server/ops/audit-query";
import { actionNames, auditRows, auditWords, securityRows, securityWords } from "@/server/ops/audit-rows";
import { one, PAGE_ROWS, pathWith, type SearchParams } from "@/server/orders/list-query";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsAudit");
  return { title: t("title") };
}

/** What operators did, and why; or, as the other view, who came in and who was kept out. */
export default async function AuditPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams;
  const isSecurity = one(search.view) === "security";
  await authorizePage("/ops/audit", isSecurity ? "/ops/audit?view=security" : "/ops/audit");
  const [t, zone] = await Promise.all([getTranslations("opsAudit"), getTimeZone()]);
  const list = isSecurity ? await securityList(search, zone) : await auditList(search, zone);
  const path = (query: Record<string, string>) =>
    pathWith("/ops/audit", { ...(isSecurity && { view: "security" }), ...query });
  return (
    <>
      <PageHead
        title={t("title")}
        lead={t(isSecurity ? "leadSecurity" : "lead")}
        action={
          <Button asChild look="quiet">
            <a
              href={pathWith("/ops/audit/export.csv", {
                ...(isSecurity && { view: "security" }),
                ...list.query,
              })}
              download
            >
              <Download aria-hidden="true" className="size-4" />
              <span>{t("csv")}</span>
            </a>
          </Button>
        }
      />
      <Views isSecurity={isSecurity} today={todayIn(zone)} query={list.query} />
      <Panel>
        <div>{list.filters}</div>
        <p className="mb-2 text-sm text-soft">{t("order", { zone })}</p>
        <div>{list.unknown === undefined ? list.table : t("unknown", { what: list.unknown })}</div>
        <Pager
          first={list.isFirst ? undefined : path(list.query)}
          next={list.next && path({ ...list.query, cursor: list.next })}
          isCut={false}
        />
      </Panel>
    </>
  );
}

/** One more than a page shows says whether there is another. */
function pageOf<Entry extends { at: Date; id: string }>(list: "audit" | "security", found: Entry[]) {
  const entries = found.slice(0, PAGE_ROWS);
  const last = entries.at(-1);
  return { entries, next: found.length > PAGE_ROWS && last ? cursorOf(list, last) : undefined };
}

function cursorIn(list: "audit" | "security", search: SearchParams) {
  const cursor = one(search.cursor);
  return cursor === undefined ? undefined : readCursor(list, cursor);
}

async function auditList(search: SearchParams, zone: string) {
  const [{ filter, query, unknown }, t, nameOf] = await Promise.all([
    auditFilterOf(search, zone),
    getTranslations("opsAudit"),
    actionNames(),
  ]);
  const after = cursorIn("audit", search);
  const found = unknown === undefined ? await searchAudit(filter, { limit: PAGE_ROWS + 1, after }) : [];
  const { entries, next } = pageOf("audit", found);
  return {
    query,
    unknown,
    next,
    isFirst: after === undefined,
    filters: (
      <Filters action="/ops/audit" isUsed={Object.keys(query).length > 0}>
        <FilterField name="actor" label={t("actor")} value={query.actor} />
        <FilterField name="subject" label={t("subjectFilter")} value={query.subject} />
        <FilterChoice
          name="action"
          label={t("action")}
          value={query.action}
          options={[
            { value: "", label: t("any") },
            ...AUDIT_ACTIONS.map((action) => ({ value: action, label: nameOf(action) })),
          ]}
        />
        <FilterField name="from" type="date" label={t("from")} value={query.from} />
        <FilterField name="to" type="date" label={t("to")} value={query.to} />
      </Filters>
    ),
    table: <AuditTable rows={await auditRows(entries)} words={await auditWords()} />,
  };
}

async function securityList(search: SearchParams, zone: string) {
  const [{ filter, query, unknown }, t] = await Promise.all([
    securityFilterOf(search, zone),
    getTranslations("opsAudit"),
  ]);
  const after = cursorIn("security", search);
  const found =
    unknown === undefined ? await listSecurityEvents(filter, { limit: PAGE_ROWS + 1, after }) : [];
  const { entries, next } = pageOf("security", found);
  return {
    query,
    unknown,
    next,
    isFirst: after === undefined,
    filters: (
      <Filters action="/ops/audit?view=security" isUsed={Object.keys(query).length > 0}>
        <input type="hidden" name="view" value="security" />
        <FilterField name="user" label={t("userFilter")} value={query.user} />
        <FilterField name="address" label={t("address")} value={query.address} />
        <FilterChoice
          name="kind"
          label={t("kind")}
          value={query.kind}
          options={[
            { value: "", label: t("any") },
            ...SECURITY_KINDS.map((kind) => ({ value: kind, label: t(`kind_${kind}`) })),
          ]}
        />
        <FilterField name="from" type="date" label={t("from")} value={query.from} />
        <FilterField name="to" type="date" label={t("to")} value={query.to} />
      </Filters>
    ),
    table: <SecurityTable rows={await securityRows(entries)} words={await securityWords()} />,
  };
}
