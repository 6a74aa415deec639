import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import { Notice } from "@/components/account/notice";
import { Section } from "@/components/home/section";
import { AuditTable } from "@/components/ops/audit/audit-table";
import { SecurityTable } from "@/components/ops/audit/security-table";
import { Badge } from "@/components/ops/badge";
import { PageHead } from "@/components/ops/page-head";
import { ApiKeys, Sessions } from "@/components/ops/people/access";
import { Accounts } from "@/components/ops/people/accounts";
import { PersonActs } from "@/components/ops/people/person-acts";
import { PersonFacts } from "@/components/ops/people/person-facts";
import { Requests } from "@/components/ops/people/requests";
import { listApiKeys } from "@/db/identity/api-keys";
import { listSessions } from "@/db/identity/sessions";
import { searchAudit } from "@/db/operators/audit";
import { countOpenKeysOf, findPerson, listAccountsOf } from "@/db/operators/find-people";
import { listRequestsOf } from "@/db/operators/merchant-requests";
import { listSecurityEvents } from "@/db/security/list";
import { uuid } from "@/lib/api/requests";
import { formatMoney, moneyPattern } from "@/lib/money";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { actWords } from "@/server/ops/act-words";
import { auditRows, auditWords, securityRows, securityWords } from "@/server/ops/audit-rows";
import type { SearchParams } from "@/server/orders/list-query";
import {
  decideMerchantRequest,
  endPersonSessions,
  freezePerson,
  renamePerson,
  revokePersonApiKeys,
  setPersonDayLimit,
  setPersonRole,
} from "../actions";

type Props = { params: Promise<{ id: string }>; searchParams: Promise<SearchParams> };

/** A glance; the lists have all. */
const LATEST = 5;
const REQUESTS_SHOWN = 20;

const DONE = [
  "rename",
  "role",
  "frozen",
  "free",
  "limit",
  "sessions",
  "keys",
  "approved",
  "declined",
] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsPeople");
  return { title: t("person") };
}

/** Who somebody is, what they have, where they are signed in, and what an operator may do about it. */
export default async function PersonPage({ params, searchParams }: Props) {
  const [{ id: given }, { done }] = await Promise.all([params, searchParams]);
  const id = uuid.safeParse(given).data;
  if (id === undefined) notFound();
  const page = `/ops/people/${id}`;
  const viewer = await authorizePage("/ops/people/[id]", page);
  const [person, accounts, openKeys, requests, sessions, keys, audit, security, t, locale] =
    await Promise.all([
      findPerson(id),
      listAccountsOf(id),
      countOpenKeysOf(id),
      listRequestsOf(id, REQUESTS_SHOWN),
      listSessions(id),
      listApiKeys(id),
      searchAudit({ userId: id }, { limit: LATEST }),
      listSecurityEvents({ userId: id }, { limit: LATEST }),
      getTranslations("opsPeople"),
      getLocale(),
    ]);
  if (person === undefined) notFound();
  const words = await actWords();
  const isOwn = viewer.id === id;
  const wasDone = DONE.find((one) => one === done);
  const isDone = wasDone !== undefined && (await isBacked(`${page}?done=${wasDone}`, viewer.id));
  // What was done closes the forms that were open: they are of what was so before.
  const version = audit[0]?.id;
  const money = (minor: bigint, currency: string) => formatMoney(minor, currency, locale);
  return (
    <>
      <PageHead
        title={<bdi>{person.name}</bdi>}
        lead={
          <span className="flex flex-wrap items-center gap-2">
            <span>{`@${person.handle}`}</span>
            <Badge look="plain">{t(`role_${person.role}`)}</Badge>
            {person.frozenAt === null ? null : <Badge look="alert">{t("state_frozen")}</Badge>}
            {person.isWaiting ? <Badge look="wait">{t("state_waiting")}</Badge> : null}
          </span>
        }
      />
      <div className="grid grid-cols-1 items-start gap-4 sm:gap-6 lg:grid-cols-2">
        {isDone ? (
          <div className="lg:col-span-2">
            <Notice>{t(`done_${wasDone}`)}</Notice>
          </div>
        ) : null}
        <Section title={t("who")}>
          <PersonFacts person={person} openKeys={openKeys} />
        </Section>
        <Section title={t("acts")}>
          {isOwn ? (
            <p className="text-soft">{t("own")}</p>
          ) : (
            <PersonActs
              key={version}
              person={{ ...person, isFrozen: person.frozenAt !== null }}
              words={words}
              acts={{ rename: renamePerson, role: setPersonRole, freeze: freezePerson }}
            />
          )}
        </Section>
        {requests.length === 0 ? null : (
          <div id="requests" className="scroll-mt-4 lg:col-span-2">
            <Section title={t("requests")}>
              <Requests
                key={version}
                requests={requests}
                isPayer={person.role === "payer"}
                words={words}
                act={isOwn ? undefined : decideMerchantRequest}
              />
            </Section>
          </div>
        )}
        <Section title={t("accounts")} text={t("accountsText")} className="lg:col-span-2">
          {accounts.length === 0 ? (
            <p className="text-soft">{t("noAccounts")}</p>
          ) : (
            <Accounts
              key={version}
              userId={id}
              words={words}
              accounts={accounts.map((account) => ({
                id: account.id,
                currency: account.currency,
                balance: money(account.balanceMinor, account.currency),
                outToday: money(account.outTodayMinor, account.currency),
                dayLimit:
                  account.dayLimitMinor === null ? undefined : money(account.dayLimitMinor, account.currency),
                state: account.isFrozenItself ? "frozen" : account.isFrozen ? "frozen-with-person" : "open",
                pattern: moneyPattern(account.currency, locale),
              }))}
              acts={isOwn ? undefined : { freeze: freezePerson, limit: setPersonDayLimit }}
            />
          )}
        </Section>
        <Section title={t("sessions")}>
          <Sessions
            key={version}
            userId={id}
            sessions={sessions}
            words={words}
            act={isOwn ? undefined : endPersonSessions}
          />
        </Section>
        <Section title={t("apiKeys")}>
          <ApiKeys
            key={version}
            userId={id}
            keys={keys}
            words={words}
            act={isOwn ? undefined : revokePersonApiKeys}
          />
        </Section>
        <Section title={t("latestAudit")} className="lg:col-span-2">
          <AuditTable
            rows={await auditRows(audit)}
            words={{ ...(await auditWords()), empty: t("noAudit") }}
          />
        </Section>
        <Section title={t("latestSecurity")} className="lg:col-span-2">
          <SecurityTable rows={await securityRows(security)} words={await securityWords()} />
        </Section>
      </div>
      <p className="mt-4">
        <Link
          href="/ops/people"
          className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
        >
          {t("backToPeople")}
        </Link>
      </p>
    </>
  );
}
