import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { HiddenFields } from "@/components/checkout/hidden-fields";
import { Section } from "@/components/home/section";
import { PageHead } from "@/components/ops/page-head";
import { CheckList } from "@/components/ops/reconcile/check-list";
import { Progress } from "@/components/ops/reconcile/progress";
import { RunList } from "@/components/ops/reconcile/run-list";
import { Verdict } from "@/components/ops/reconcile/verdict";
import { Submit } from "@/components/ui/submit";
import { CHECKS } from "@/db/ledger/reconcile";
import { findRun, latestResults, listRuns } from "@/db/ledger/reconciliation/history";
import { lastReconciliation } from "@/db/ledger/reconciliation/last";
import { authorizePage } from "@/server/identity/authorize";

/** Enough to see what was so lately; each run has a page. */
const RUNS_SHOWN = 12;
const RESULTS_PER_CHECK = 5;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("opsReconcile");
  return { title: t("title") };
}

/** Whether the books are right: each check, what it said, and a run over all of them now. */
export default async function ReconcilePage() {
  const viewer = await authorizePage("/ops/reconcile", "/ops/reconcile");
  const [t, last, runs, results] = await Promise.all([
    getTranslations("opsReconcile"),
    lastReconciliation(),
    listRuns(RUNS_SHOWN),
    latestResults(
      CHECKS.map(({ name }) => name),
      RESULTS_PER_CHECK,
    ),
  ]);
  const { open } = last;
  const underWay = open && (await findRun(open.id));
  return (
    <>
      <PageHead title={t("title")} lead={t("lead")} />
      <div className="grid grid-cols-1 gap-4 sm:gap-6">
        <Section title={t("booksTitle")}>
          <Verdict last={last} />
          {open ? (
            <Progress run={open} done={underWay?.results.length ?? 0} checks={CHECKS.length} />
          ) : (
            <form
              method="post"
              action="/ops/reconcile/run"
              className="mt-4 flex flex-wrap items-center gap-4"
            >
              <HiddenFields fields={{ user: viewer.id, runId: randomUUID() }} />
              <Submit>{t("runNow")}</Submit>
              <p className="min-w-0 flex-1 basis-64 text-sm text-soft">{t("runNowText")}</p>
            </form>
          )}
        </Section>
        <Section title={t("checksTitle")} text={t("checksText")}>
          <CheckList
            checks={CHECKS.map(({ name, meaning, sql }) => ({
              name,
              meaning,
              sql: readable(sql),
              results: results.get(name) ?? [],
            }))}
          />
        </Section>
        <Section title={t("runsTitle")} text={t("runsText")}>
          {runs.length === 0 ? <p className="text-soft">{t("noRuns")}</p> : <RunList runs={runs} />}
        </Section>
      </div>
    </>
  );
}

/** SQL without the indentation of the program that it stands in, as a statement that can be run. */
function readable(sql: string): string {
  const lines = sql.replace(/^\n/, "").trimEnd().split("\n");
  const indented = lines
    .filter((line) => line.trim() !== "")
    .map((line) => line.length - line.trimStart().length);
  const indent = Math.min(...indented);
  return `${lines.map((line) => line.slice(indent)).join("\n")};`;
}
