import { useTranslations } from "next-intl";

/** As many rows as a telephone shows. */
const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h"];

/** The place of a list of movements while it is fetched: rows of the same height, and a word for who does not see them. */
export function MovementSkeleton() {
  const t = useTranslations("activity");
  return (
    <div role="status">
      <span className="sr-only">{t("loading")}</span>
      <ul aria-hidden="true" className="divide-y divide-line motion-safe:animate-pulse">
        {ROWS.map((row) => (
          <li key={row} className="flex min-h-16 items-center gap-3 py-2.5">
            <span className="flex-1">
              <span className="flex h-6 items-center">
                <span className="h-4 w-40 max-w-full rounded bg-wash" />
              </span>
              <span className="flex h-5 items-center">
                <span className="h-3 w-56 max-w-full rounded bg-wash" />
              </span>
            </span>
            <span className="h-4 w-20 rounded bg-wash" />
          </li>
        ))}
      </ul>
    </div>
  );
}
