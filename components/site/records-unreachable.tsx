import { getTranslations } from "next-intl/server";
import { Button } from "@/components/ui/button";

/**
 * Stands in the place of a page that cannot be read. Made on the server, because who has no JavaScript must be told, too, that it
 * says nothing about their money. `address`: the page's own, to be loaded again.
 */
export async function RecordsUnreachable({ address }: { address: string }) {
  const t = await getTranslations("errors");
  return (
    <div role="alert" className="max-w-xl pt-6">
      <h1 className="text-title">{t("errorTitle")}</h1>
      <p className="mt-3 text-lg text-soft">{t("recordsUnreachable")}</p>
      <p className="mt-3 text-lg text-soft">{t("recordsMoney")}</p>
      <Button asChild className="mt-6">
        <a href={address}>{t("loadAgain")}</a>
      </Button>
    </div>
  );
}
