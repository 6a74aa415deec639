import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/** The way on in a list of the console. `cut`: says how far a page looked that ended before all was looked through. */
export function Pager({
  first,
  next,
  cut,
}: {
  /** Where the list begins, where this is not its first page. */
  first: string | undefined;
  next: string | undefined;
  cut?: string | undefined;
}) {
  const t = useTranslations("ops");
  if (first === undefined && next === undefined && cut === undefined) return null;
  return (
    <div className="mt-5">
      {cut === undefined ? null : <p className="mb-3 max-w-prose text-sm text-soft">{cut}</p>}
      <nav aria-label={t("pages")} className="flex flex-wrap gap-3">
        {first === undefined ? null : (
          <Button asChild look="quiet">
            <Link href={first}>{t("firstPage")}</Link>
          </Button>
        )}
        {next === undefined ? null : (
          <Button asChild look="quiet">
            <Link href={next}>{t("nextPage")}</Link>
          </Button>
        )}
      </nav>
    </div>
  );
}
