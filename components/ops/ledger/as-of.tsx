import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";

/** Asks for the account as it was at a moment, by GET: the moment stands in the address. One that is yet to come shows now. */
export function AsOf({
  path,
  typed,
  isYetToCome,
  timeZone,
}: {
  path: string;
  typed: string | undefined;
  isYetToCome: boolean;
  timeZone: string;
}) {
  const t = useTranslations("opsLedger");
  return (
    <form method="get" action={path} className="mt-5 flex flex-wrap items-end gap-3">
      <div className="min-w-0 flex-1 basis-56 sm:max-w-80">
        <label htmlFor="at" className="mb-1.5 block text-sm font-medium text-soft">
          {t("asOf", { zone: timeZone })}
        </label>
        <input
          id="at"
          name="at"
          type="datetime-local"
          step="1"
          defaultValue={typed}
          aria-describedby={isYetToCome ? "at-note" : undefined}
          className="h-12 w-full min-w-0 rounded-xl border border-line-strong bg-field px-3 text-base text-ink"
        />
      </div>
      <Button type="submit" look="quiet">
        {t("showThen")}
      </Button>
      {typed === undefined ? null : (
        <Button asChild look="text">
          <a href={path}>{t("showNow")}</a>
        </Button>
      )}
      {isYetToCome ? (
        <p id="at-note" className="basis-full text-sm text-wait-text">
          {t("yetToCome")}
        </p>
      ) : null}
    </form>
  );
}
