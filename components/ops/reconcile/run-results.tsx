import { useFormatter, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import type { CheckResult, RunSummary } from "@/lib/ops/health";
import { Copyable } from "../copyable";
import { LiveRefresh } from "../live-refresh";
import { useCheckMeaning } from "./check-name";
import { FoundRows } from "./found-rows";
import { Outcome } from "./outcome";
import { RunKind, RunTime } from "./run-list";

const REFRESH_MS = 2_000;
/** As many rows as a check looks for (db/ledger/reconciliation/inspection.ts). */
const ROWS_KEPT_MAX = 50;

/** What a run is, how it went, and what each of its checks said: those that found something first. */
export function RunResults({
  run,
  results,
  meanings,
}: {
  run: RunSummary;
  results: CheckResult[];
  meanings: ReadonlyMap<string, string>;
}) {
  const t = useTranslations("opsReconcile");
  const when = useWhen();
  const format = useFormatter();
  const say = useCheckMeaning();
  const isOpen = run.finishedAt === undefined;
  const sorted = [...results].sort((a, b) => RANK[a.outcome] - RANK[b.outcome]);
  return (
    <>
      {isOpen ? <LiveRefresh everyMs={REFRESH_MS} /> : null}
      <dl className="grid grid-cols-[auto_1fr] gap-x-6 gap-y-2 text-sm">
        <dt className="text-soft">{t("result")}</dt>
        <dd>
          <span role="status">
            <Outcome of={run.state} />
          </span>
        </dd>
        <dt className="text-soft">{t("kind")}</dt>
        <dd>
          <RunKind run={run} />
        </dd>
        <dt className="text-soft">{t("began")}</dt>
        <dd>{run.startedAt ? when(run.startedAt.toISOString()) : t("notYet")}</dd>
        <dt className="text-soft">{t("ended")}</dt>
        <dd>{run.finishedAt ? when(run.finishedAt.toISOString()) : t("notYet")}</dd>
        {isOpen ? null : (
          <>
            <dt className="text-soft">{t("took")}</dt>
            <dd>
              <RunTime run={run} />
            </dd>
          </>
        )}
        {run.toPosition === undefined ? null : (
          <>
            <dt className="text-soft">{t("journalPart")}</dt>
            <dd>
              {t(run.kind === "full" ? "journalAll" : "journalFromTo", {
                from: format.number(BigInt(run.fromPosition ?? "0") + 1n),
                to: format.number(BigInt(run.toPosition)),
              })}
            </dd>
          </>
        )}
        {run.takeovers === 0 ? null : (
          <>
            <dt className="text-soft">{t("interruptions")}</dt>
            <dd>{t("takeovers", { count: run.takeovers })}</dd>
          </>
        )}
        <dt className="text-soft">{t("runId")}</dt>
        <dd>
          <Copyable id={run.id} />
        </dd>
      </dl>
      <ul className="mt-6 divide-y divide-line border-y border-line">
        {sorted.map((result) => (
          <li key={result.check} className="py-3">
            <div className="flex flex-wrap items-baseline justify-between gap-x-4 gap-y-1">
              <div className="min-w-0 flex-1 basis-64">
                <h2 className="font-mono text-sm font-semibold">{result.check}</h2>
                <p className="mt-0.5 text-sm text-soft">
                  {say(result.check, meanings.get(result.check) ?? "")}
                </p>
              </div>
              <div className="text-sm sm:text-right">
                <Outcome of={result.outcome} />
                <p className="text-soft">
                  {t("inStatements", {
                    count: result.slices,
                    ms: format.number(result.totalMs),
                    longest: format.number(result.longestMs),
                  })}
                </p>
              </div>
            </div>
            {result.failure === undefined ? null : (
              <p className="mt-2 text-sm text-wait-text">{t("failure", { code: result.failure })}</p>
            )}
            {result.outcome === "wrong" ? (
              <FoundRows check={result.check} rows={result.rows} isCut={result.found >= ROWS_KEPT_MAX} />
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

const RANK = { wrong: 0, failed: 1, right: 2 } as const;
