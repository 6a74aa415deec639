import { useTranslations } from "next-intl";
import { Pills } from "../pills";

/** The two logs of the room: what operators did, and what concerns who may come in. */
export function Views({ isSecurity }: { isSecurity: boolean }) {
  const t = useTranslations("opsAudit");
  return (
    <Pills
      label={t("views")}
      pills={[
        { name: t("operators"), href: "/ops/audit", current: isSecurity ? undefined : "page" },
        { name: t("security"), href: "/ops/audit?view=security", current: isSecurity ? "page" : undefined },
      ]}
    />
  );
}
