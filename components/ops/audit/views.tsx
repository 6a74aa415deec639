import { useTranslations } from "next-intl";
import { Pills } from "../pills";

/** The two logs of the room: what operators did, and what concerns who may come in; and of either, what was today. */
export function Views({
  isSecurity,
  today,
  query,
}: {
  isSecurity: boolean;
  /** As 2026-03-31. */
  today: string;
  /** What the log that is shown is narrowed to. */
  query: Readonly<Record<string, string>>;
}) {
  const t = useTranslations("opsAudit");
  const path = isSecurity ? "/ops/audit?view=security&from=" : "/ops/audit?from=";
  const isToday = Object.keys(query).length === 1 && query.from === today;
  return (
    <div className="flex flex-wrap gap-x-6">
      <Pills
        label={t("views")}
        pills={[
          { name: t("operators"), href: "/ops/audit", current: isSecurity ? undefined : "page" },
          { name: t("security"), href: "/ops/audit?view=security", current: isSecurity ? "page" : undefined },
        ]}
      />
      <Pills
        label={t("shortcuts")}
        pills={[{ name: t("today"), href: `${path}${today}`, current: isToday ? "page" : undefined }]}
      />
    </div>
  );
}
