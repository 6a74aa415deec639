import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import type { RunSummary } from "@/lib/ops/health";
import { Outcome } from "./outcome";

/** Runs, newest first. */
export function RunList({ runs }: { runs: RunSummary[] }) {
  const when = useWhen();
  return (
    <ul className="divide-y divide-line border-y border-line">
      {runs.map((run) => (
        <li key={run.id}>
          <Link
            href={`/ops/reconcile/${run.id}`}
            prefetch={false}
            className="-mx-2 flex min-h-11 flex-wrap items-baseline justify-between gap-x-4 gap-y-1 rounded-xl px-2 py-3 text-sm hover:bg-wash"
          >
            <span className="min-w-0">
              <span className="block font-medium underline underline-offset-4">
                {when((run.startedAt ?? run.askedAt).toISOString())}
              </span>
              <span className="block text-soft">
                <RunKind run={run} />
              </span>
            </span>
            <span className="text-right">
              <Outcome of={run.state} />
              <span className="block text-soft">
                <RunTime run={run} />
              </span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What a run was over, and who asked for it. */
export function RunKind({ run }: { run: RunSummary }) {
  const t = useTranslations("opsReconcile");
  return (
    <>
      <span>{t(`kind_${run.kind}`)}</span>
      <span>{" · "}</span>
      {run.askedBy === undefined ? (
        <span>{t("byItself")}</span>
      ) : (
        <span>{inElements(t.rich("askedBy", { name: run.askedBy, bdi }))}</span>
      )}
    </>
  );
}

/** How long a run took; nothing while it is under way. */
export function RunTime({ run }: { run: RunSummary }) {
  const t = useTranslations("opsReconcile");
  const format = useFormatter();
  if (!run.startedAt || !run.finishedAt) return null;
  const seconds = (run.finishedAt.getTime() - run.startedAt.getTime()) / 1_000;
  return <span>{t("tookSeconds", { seconds: format.number(seconds, { maximumFractionDigits: 1 }) })}</span>;
}
