import type { Metadata } from "next";
import { getFormatter, getTranslations } from "next-intl/server";
import { LiveRefresh } from "@/components/ops/live-refresh";
import { Charts } from "@/components/ops/overview/charts";
import { HealthTiles } from "@/components/ops/overview/health-tiles";
import { RangeLinks } from "@/components/ops/overview/range-links";
import { PageHead } from "@/components/ops/page-head";
import { Panel } from "@/components/ui/panel";
import { lastReconciliation } from "@/db/ledger/reconciliation/last";
import { readSealingState } from "@/db/ledger/sealing-state";
import { readWaiting } from "@/db/service/now";
import { readSeries } from "@/db/service/series";
import { totalTold } from "@/lib/ops/charts";
import { OVERVIEW_RANGES, overviewRange } from "@/lib/ops/overview-range";
import { authorizePage } from "@/server/identity/authorize";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** As often as servers write down what they have seen: looking more often would show the same. */
const REFRESH_MS = 10_000;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("ops");
  return { title: t("title") };
}

/** What runs, and whether it is well. */
export default async function OpsPage({ searchParams }: Props) {
  const range = overviewRange((await searchParams).range);
  await authorizePage("/ops", `/ops?range=${range}`);
  const { stepSeconds, steps: stepCount } = OVERVIEW_RANGES[range];
  const [ops, t, format, books, sealing, waiting, { steps, servers }] = await Promise.all([
    getTranslations("ops"),
    getTranslations("opsOverview"),
    getFormatter(),
    lastReconciliation(),
    readSealingState(),
    readWaiting(),
    readSeries(stepSeconds, stepCount),
  ]);
  const isNew = sealing.position === "0" && sealing.unsealed === 0;
  return (
    <>
      <PageHead title={ops("title")} lead={ops("lead")} />
      <LiveRefresh everyMs={REFRESH_MS} />
      <HealthTiles
        books={books}
        sealing={sealing}
        unknown={totalTold(steps, "unknown")}
        servers={servers}
        waiting={waiting}
      />
      {isNew ? (
        <Panel className="mt-6">
          <h2 className="text-lg font-semibold tracking-tight">{t("newTitle")}</h2>
          <p className="mt-1 max-w-prose text-soft">{t("newText")}</p>
        </Panel>
      ) : null}
      <div className="mt-8 mb-4 flex flex-wrap items-center justify-between gap-3">
        <RangeLinks range={range} />
        <p className="text-sm text-soft">
          {t("asOf", {
            time: format.dateTime(new Date(), {
              hour: "2-digit",
              minute: "2-digit",
              second: "2-digit",
              hourCycle: "h23",
              timeZoneName: "short",
            }),
          })}
        </p>
      </div>
      <Charts steps={steps} range={range} />
    </>
  );
}
