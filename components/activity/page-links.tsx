import { ArrowLeft, ArrowRight } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { Button } from "@/components/ui/button";

/** Where a history goes on. `lookedTo`: the page ended while it was still looking, and how far back it has looked. */
export function PageLinks({
  newer,
  older,
  lookedTo,
}: {
  newer: string | undefined;
  older: string | undefined;
  lookedTo: Date | undefined;
}) {
  const t = useTranslations("activity");
  const when = useWhen();
  if (newer === undefined && older === undefined) return null;
  return (
    <nav aria-label={t("pages")} className="mt-4 grid gap-3 border-t border-line pt-4">
      {lookedTo === undefined ? null : (
        <p role="status" className="text-sm text-soft">
          {t("lookedTo", { when: when(lookedTo.toISOString()) })}
        </p>
      )}
      <div className="flex flex-wrap justify-between gap-3">
        {newer === undefined ? null : (
          <Button asChild look="quiet">
            <Link href={newer} prefetch={false} rel="prev">
              <ArrowLeft aria-hidden="true" className="size-5" />
              <span>{t("newer")}</span>
            </Link>
          </Button>
        )}
        {older === undefined ? null : (
          <Button asChild look="quiet" className="ml-auto">
            <Link href={older} prefetch={false} rel="next">
              <span>{t(lookedTo === undefined ? "older" : "lookFurther")}</span>
              <ArrowRight aria-hidden="true" className="size-5" />
            </Link>
          </Button>
        )}
      </div>
    </nav>
  );
}
