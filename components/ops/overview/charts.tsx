import { useFormatter, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";

import { DECLINE_CODES } from "@/lib/api/payment";
import {
  batchSizes,
  declineLines,
  type Line,
  levelLines,
  paymentLines,
  type Step,
  settleLines,
  unknownLines,
} from "@/lib/ops/charts";
import { OVERVIEW_RANGES, type OverviewRange } from "@/lib/ops/overview-range";
import { ChartPanel } from "./chart-panel";
import type { ChartData } from "./chart-types";

type LineName =
  | "paid"
  | "declined"
  | "replayed"
  | "turnedAway"
  | "unknown"
  | "p50"
  | "p95"
  | "p99"
  | "keys"
  | "queued"
  | "unsealed"
  | "unsealedSeconds";

const NAMED: ReadonlySet<string> = new Set<LineName>([
  "paid",
  "declined",
  "replayed",
  "turnedAway",
  "unknown",
  "p50",
  "p95",
  "p99",
  "keys",
  "queued",
  "unsealed",
  "unsealedSeconds",
]);

/** All charts of the overview, each with its table. */
export function Charts({ steps, range }: { steps: Step[]; range: OverviewRange }) {
  const t = useTranslations("opsOverview");
  const format = useFormatter();
  const when = useWhen();
  const minutes = OVERVIEW_RANGES[range].stepSeconds / 60;
  const count = (value: number | null) => (value === null ? "–" : format.number(value));
  const milliseconds = (value: number | null) =>
    value === null
      ? "–"
      : t("ms", { ms: format.number(value, { maximumFractionDigits: value < 10 ? 1 : 0 }) });
  const seconds = (value: number | null) =>
    value === null ? "–" : t("seconds", { seconds: format.number(value) });
  const ticks = steps.map(({ at }) =>
    range === "7d"
      ? format.dateTime(at, { weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
      : format.dateTime(at, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }),
  );
  const stepTexts = steps.map(({ at }) => when(at.toISOString()));
  const labelOf = (key: string): string => {
    if (NAMED.has(key)) return t(`line_${key as LineName}`);
    const code = DECLINE_CODES.find((one) => one === key);
    return code ? t(`decline_${code}`) : key;
  };
  const chart = (lines: Line[], say = count): ChartData => ({
    kind: "lines",
    ticks,
    steps: stepTexts,
    lines: lines.map(({ key, values }) => ({ key, values, label: labelOf(key), texts: values.map(say) })),
  });
  const sizes = batchSizes(steps);
  const sizeNames = sizes.map(({ from, to }) => (from === to ? String(to) : `${from}–${to}`));
  const batches: ChartData = {
    kind: "bars",
    // Short, so that each bar has its own.
    ticks: sizes.map(({ from, to }) => (from === to ? String(to) : `≤${to}`)),
    steps: sizeNames.map((size) => t("paymentsInBatch", { size })),
    lines: [
      {
        key: "batches",
        label: t("line_batches"),
        values: sizes.map((size) => size.batches),
        texts: sizes.map((size) => format.number(size.batches)),
      },
    ],
  };
  const shared = { tableTitle: t("asTable"), stepTitle: t("time"), empty: t("nothingSeen") };
  return (
    <div className="grid grid-cols-1 gap-4 sm:gap-6 lg:grid-cols-2">
      <ChartPanel
        {...shared}
        title={t("payments", { minutes })}
        text={t("paymentsText")}
        data={chart(paymentLines(steps))}
        className="lg:col-span-2"
      />
      <ChartPanel
        {...shared}
        title={t("settling")}
        text={t("settlingText")}
        data={chart(settleLines(steps), milliseconds)}
      />
      <ChartPanel
        {...shared}
        title={t("declines")}
        text={t("declinesText")}
        data={chart(declineLines(steps))}
        isNamed
        empty={t("noDeclines")}
      />
      <ChartPanel
        {...shared}
        title={t("unknownsOverTime")}
        text={t("unknownsText")}
        data={chart(unknownLines(steps))}
        empty={t("noUnknowns")}
      />
      <ChartPanel
        {...shared}
        title={t("batches")}
        text={t("batchesText")}
        data={batches}
        stepTitle={t("batchSize")}
      />
      <ChartPanel
        {...shared}
        title={t("queue")}
        text={t("queueText")}
        data={chart(levelLines(steps, "queued"))}
        empty={t("nothingWaited")}
      />
      <ChartPanel
        {...shared}
        title={t("keys")}
        text={t("keysText")}
        data={chart(levelLines(steps, "keys"))}
        empty={t("noKeys")}
      />
      <ChartPanel
        {...shared}
        title={t("unsealed")}
        text={t("unsealedText")}
        data={chart(levelLines(steps, "unsealed"))}
        empty={t("nothingUnsealed")}
      />
      <ChartPanel
        {...shared}
        title={t("unsealedAge")}
        text={t("unsealedAgeText")}
        data={chart(levelLines(steps, "unsealedSeconds"), seconds)}
        empty={t("nothingUnsealed")}
      />
    </div>
  );
}
