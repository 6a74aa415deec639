import Link from "next/link";
import { useTranslations } from "next-intl";

const LINK =
  "inline-flex h-11 items-center rounded-xl border border-line-strong px-4 text-sm font-semibold text-soft hover:bg-wash hover:text-ink aria-[current]:border-accent aria-[current]:bg-accent-wash aria-[current]:text-accent-text";

/** The two logs of the room: what operators did, and what concerns who may come in. */
export function Views({ isSecurity }: { isSecurity: boolean }) {
  const t = useTranslations("opsAudit");
  return (
    <nav aria-label={t("views")} className="mb-4 flex flex-wrap gap-2">
      <Link
        href="/ops/audit"
        prefetch={false}
        aria-current={isSecurity ? undefined : "page"}
        className={LINK}
      >
        {t("operators")}
      </Link>
      <Link
        href="/ops/audit?view=security"
        prefetch={false}
        aria-current={isSecurity ? "page" : undefined}
        className={LINK}
      >
        {t("security")}
      </Link>
    </nav>
  );
}
