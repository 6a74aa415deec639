/** Entries of the audit log and security events as rows of their tables: in the reader's words. */
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import type { AuditEntry } from "@/db/operators/audit";
import { SECURITY_REFUSALS, type SecurityKind } from "@/db/security/kinds";
import type { SecurityEvent } from "@/db/security/list";
import { browserOf } from "@/lib/identity/browser-name";
import { readIds } from "./audit-ids.ts";
import { differencesOf } from "./difference.ts";

const REFUSALS: ReadonlySet<SecurityKind> = new Set(SECURITY_REFUSALS);

/** The pages that tell of what something was done to; undefined where there is none. */
function pageOf({ subjectKind, subjectId, subjectUserId }: AuditEntry): string | undefined {
  if (subjectKind === "account") return `/ops/ledger/accounts/${subjectId}`;
  if (subjectKind === "currency") return "/ops/currencies";
  if (subjectKind === "payment") return `/ops/payments/${subjectId}`;
  if (subjectKind === "adjustment") return `/ops/ledger/adjustments/${subjectId}`;
  if (subjectKind === "key") return `/ops/keys/${subjectId}`;
  return subjectUserId === undefined ? undefined : `/ops/people/${subjectUserId}`;
}

/** What actions are called; one that has no words yet as it stands. */
export async function actionNames(): Promise<(action: string) => string> {
  const t = await getTranslations("opsAudit");
  return (action) => (t.has(`action_${action as "fund"}`) ? t(`action_${action as "fund"}`) : action);
}

/** Entries of the audit log as rows. An action, or a field, that has no words yet is shown as it is called. */
export async function auditRows(entries: readonly AuditEntry[]) {
  const [t, people, format, locale] = await Promise.all([
    getTranslations("opsAudit"),
    getTranslations("opsPeople"),
    getFormatter(),
    getLocale(),
  ]);
  const [nameOf, tell] = await Promise.all([actionNames(), readIds(entries)]);
  const words = {
    locale,
    yes: t("yes"),
    no: t("no"),
    noLimit: t("noLimit"),
    roles: {
      payer: people("role_payer"),
      merchant: people("role_merchant"),
      operator: people("role_operator"),
    },
  };
  // Asked as one of those that have words: others are shown as they are called.
  const fieldOf = (field: string) =>
    t.has(`field_${field as "name"}`) ? t(`field_${field as "name"}`) : field;
  return entries.map((entry) => {
    return {
      id: entry.id,
      when: format.dateTime(entry.at, "instant"),
      actor: { href: `/ops/people/${entry.actorId}`, text: `@${entry.actor}` },
      // Who approves a request changes a role by it.
      action:
        entry.action === "role" && entry.after !== null && "request" in entry.after
          ? t("requestApproved")
          : nameOf(entry.action),
      subject: {
        href: pageOf(entry),
        text: entry.subjectUserId === undefined ? entry.subject : `@${entry.subject}`,
      },
      reason: entry.reason,
      changes: differencesOf(entry, words).map(({ field, before, after }) => ({
        field: fieldOf(field),
        before: before === undefined ? undefined : tell(entry, field, before),
        after: after === undefined ? undefined : tell(entry, field, after),
      })),
    };
  });
}

/** The words of the table of the audit log. */
export async function auditWords() {
  const t = await getTranslations("opsAudit");
  return {
    caption: t("title"),
    when: t("when"),
    actor: t("actor"),
    action: t("action"),
    subject: t("subject"),
    reason: t("reason"),
    change: t("change"),
    became: t("became"),
    nothing: t("nothing"),
    empty: t("empty"),
  };
}

/** Security events as rows. */
export async function securityRows(events: readonly SecurityEvent[]) {
  const [t, format] = await Promise.all([getTranslations("opsAudit"), getFormatter()]);
  return events.map(({ id, at, lastAt, kind, user, address, userAgent, detail, count }) => {
    const { browser, system } = browserOf(userAgent ?? "");
    const isRefusal = REFUSALS.has(kind);
    const moment = format.dateTime(at, "instant");
    const words = t(`kind_${kind}`);
    return {
      id,
      when:
        at.getTime() === lastAt.getTime()
          ? moment
          : t("until", { from: moment, to: format.dateTime(lastAt, "instant") }),
      kind: {
        look: isRefusal ? ("alert" as const) : ("plain" as const),
        text: count === 1 ? words : t("times", { what: words, count }),
      },
      user: user && { href: `/ops/people/${user.id}`, text: `@${user.handle}` },
      address:
        address === undefined
          ? undefined
          : {
              href: `/ops/audit?${new URLSearchParams({ view: "security", address })}`,
              text: address,
            },
      browser:
        [browser, system].filter(Boolean).join(", ") || (userAgent === undefined ? "–" : t("unknownBrowser")),
      detail: detail ?? "–",
    };
  });
}

/** The words of the table of security events. */
export async function securityWords() {
  const t = await getTranslations("opsAudit");
  return {
    caption: t("security"),
    when: t("when"),
    kind: t("kind"),
    user: t("user"),
    address: t("address"),
    browser: t("browser"),
    detail: t("detail"),
    empty: t("emptySecurity"),
  };
}
