import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/** The way on in a list. `isCut`: a search that ended before it had found a page's worth, and can go on. */
export function Pager({
  first,
  next,
  isCut,
}: {
  /** Where the list begins, where this is not its first page. */
  first: string | undefined;
  next: string | undefined;
  isCut: boolean;
}) {
  const t = useTranslations("merchant");
  if (first === undefined && next === undefined) return null;
  return (
    <div className="mt-5">
      {isCut ? <p className="mb-3 text-sm text-soft">{t("searchCut")}</p> : null}
      <nav aria-label={t("pages")} className="flex flex-wrap gap-3">
        {first === undefined ? null : (
          <Button asChild look="quiet">
            <Link href={first}>{t("newest")}</Link>
          </Button>
        )}
        {next === undefined ? null : (
          <Button asChild look="quiet">
            <Link href={next}>{t(isCut ? "searchOn" : "older")}</Link>
          </Button>
        )}
      </nav>
    </div>
  );
}
