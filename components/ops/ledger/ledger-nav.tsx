import Link from "next/link";
import { useTranslations } from "next-intl";

const PLACES = {
  accounts: "/ops/ledger",
  journal: "/ops/ledger/journal",
  adjustments: "/ops/ledger/adjustments",
} as const;

/** The way round the room of the ledger. `at`: the part of it that the page belongs to; `isItself`: whether it is the page of that part. */
export function LedgerNav({ at, isItself = false }: { at: keyof typeof PLACES; isItself?: boolean }) {
  const t = useTranslations("opsLedger");
  return (
    <nav aria-label={t("places")} className="mb-6 print:hidden">
      <ul className="flex flex-wrap gap-2">
        {(Object.keys(PLACES) as (keyof typeof PLACES)[]).map((place) => (
          <li key={place}>
            <Link
              href={PLACES[place]}
              prefetch={false}
              aria-current={place !== at ? undefined : isItself ? "page" : "true"}
              className="inline-flex h-11 items-center rounded-full border border-line-strong px-4 text-sm font-semibold text-soft hover:bg-wash aria-[current]:border-accent aria-[current]:bg-accent-wash aria-[current]:text-accent-text"
            >
              {t(`place_${place}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
