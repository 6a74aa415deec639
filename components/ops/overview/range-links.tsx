import Link from "next/link";
import { useTranslations } from "next-intl";
import { OVERVIEW_RANGES, type OverviewRange } from "@/lib/ops/overview-range";

/** Which time is shown: links, so that each has an address. */
export function RangeLinks({ range }: { range: OverviewRange }) {
  const t = useTranslations("opsOverview");
  return (
    <nav aria-label={t("range")}>
      <ul className="flex flex-wrap gap-1">
        {(Object.keys(OVERVIEW_RANGES) as OverviewRange[]).map((one) => (
          <li key={one}>
            <Link
              href={`/ops?range=${one}`}
              prefetch={false}
              scroll={false}
              aria-current={one === range ? "true" : undefined}
              className="inline-flex h-11 items-center rounded-xl px-3 text-sm font-semibold text-soft hover:bg-wash hover:text-ink aria-[current]:bg-accent-wash aria-[current]:text-accent-text"
            >
              {t(`range_${one}`)}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
