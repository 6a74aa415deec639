import { useTranslations } from "next-intl";
import { NavLink } from "@/components/site/nav-link";

const PLACES = [
  { key: "accounts", path: "/ops/ledger", isAlone: true },
  { key: "journal", path: "/ops/ledger/journal", isAlone: false },
  { key: "adjustments", path: "/ops/ledger/adjustments", isAlone: false },
] as const;

/** The way round the room of the ledger. */
export function LedgerNav() {
  const t = useTranslations("opsLedger");
  return (
    <nav aria-label={t("places")} className="mb-6 print:hidden">
      <ul className="flex flex-wrap gap-2">
        {PLACES.map(({ key, path, isAlone }) => (
          <li key={path}>
            <NavLink
              href={path}
              isAlone={isAlone}
              className="inline-flex h-11 items-center rounded-full border border-line-strong px-4 text-sm font-semibold text-soft hover:bg-wash aria-[current]:border-accent aria-[current]:bg-accent-wash aria-[current]:text-accent-text"
            >
              {t(`place_${key}`)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
