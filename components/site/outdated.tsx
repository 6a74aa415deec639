import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/**
 * Says that a page was older than the server that it asked, which has therefore done nothing. `address`: the page's own; it is
 * loaded, not fetched by script, because the scripts that are here are of the other build.
 */
export function Outdated({ address }: { address: string }) {
  const t = useTranslations("outdated");
  return (
    <div role="alert" className="max-w-xl pt-6">
      <h1 className="text-title">{t("title")}</h1>
      <p className="mt-3 text-lg text-soft">{t("text")}</p>
      <Load address={address} />
    </div>
  );
}

/** The same page where nothing proves that a form has just led to it: it claims nothing of what was pressed. */
export function LoadAgain({ address }: { address: string }) {
  const t = useTranslations("outdated");
  return (
    <div className="max-w-xl pt-6">
      <h1 className="text-title">{t("load")}</h1>
      <p className="mt-3 text-lg text-soft">{t("unknown")}</p>
      <Load address={address} />
    </div>
  );
}

function Load({ address }: { address: string }) {
  const t = useTranslations("outdated");
  return (
    <Button asChild className="mt-6">
      <a href={address}>{t("load")}</a>
    </Button>
  );
}
