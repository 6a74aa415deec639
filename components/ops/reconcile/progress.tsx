import { useFormatter, useTranslations } from "next-intl";
import type { OpenRun } from "@/lib/ops/health";
import { LiveRefresh } from "../live-refresh";

/** How often the page is made anew while a run is under way. */
const REFRESH_MS = 2_000;

/** A run that waits or is under way: which check of how many, which slice. The page is made anew until it has ended. */
export function Progress({ run, done, checks }: { run: OpenRun; done: number; checks: number }) {
  const t = useTranslations("opsReconcile");
  const format = useFormatter();
  return (
    <div role="status" className="rounded-2xl border border-line bg-wash p-4">
      <LiveRefresh everyMs={REFRESH_MS} />
      <p className="font-semibold">{t(`open_${run.state}`)}</p>
      {run.state === "asked" ? null : (
        <>
          <p className="mt-1 text-sm text-soft">
            {run.checkNow === undefined
              ? t("progressChecks", { done, checks })
              : t("progress", { done, checks, check: run.checkNow, slice: format.number(run.sliceNow) })}
          </p>
          <progress
            aria-label={t("progressLabel")}
            value={done}
            max={checks}
            className="mt-3 block h-2 w-full appearance-none overflow-hidden rounded-full border-0 bg-line [&::-moz-progress-bar]:bg-accent [&::-webkit-progress-bar]:bg-line [&::-webkit-progress-value]:bg-accent"
          >
            {t("progressChecks", { done, checks })}
          </progress>
        </>
      )}
    </div>
  );
}
