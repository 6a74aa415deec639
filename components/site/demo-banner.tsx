import { useTranslations } from "next-intl";

/** Says on every page of a demo that it is one. */
export function DemoBanner() {
  const t = useTranslations("site");
  return (
    <aside
      aria-label={t("demoLabel")}
      className="border-b border-wait-line bg-wait-wash px-4 py-2 text-center text-sm text-wait-text print:hidden"
    >
      {t("demo")}
    </aside>
  );
}
