import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import type { CheckResult } from "@/lib/ops/health";
import { CopyText } from "../copy-text";
import { useCheckMeaning } from "./check-name";
import { FoundRows } from "./found-rows";
import { Outcome } from "./outcome";

export type ListedCheck = { name: string; meaning: string; sql: string; results: CheckResult[] };

/** As many rows as a check looks for (db/ledger/reconciliation/inspection.ts). */
const ROWS_KEPT_MAX = 50;

/** Every check: what it means, what it said last, its SQL, its history. Opened where it found something. */
export function CheckList({ checks }: { checks: ListedCheck[] }) {
  return (
    <ul className="divide-y divide-line border-y border-line">
      {checks.map((check) => (
        <li key={check.name} id={check.name}>
          <OneCheck {...check} />
        </li>
      ))}
    </ul>
  );
}

function OneCheck({ name, meaning, sql, results }: ListedCheck) {
  const t = useTranslations("opsReconcile");
  const when = useWhen();
  const say = useCheckMeaning();
  const [last] = results;
  const wrong = last?.outcome === "wrong" ? last : undefined;
  return (
    <details open={wrong !== undefined} className="group">
      <summary className="-mx-2 flex min-h-11 cursor-pointer flex-wrap items-baseline justify-between gap-x-3 gap-y-1 rounded-xl px-2 py-3 hover:bg-wash">
        <ChevronRight
          aria-hidden="true"
          className="size-4 shrink-0 self-start text-soft group-open:rotate-90 mt-1"
        />
        <span className="min-w-0 flex-1 basis-56">
          <span className="block font-mono text-sm font-semibold">{name}</span>
          <span className="mt-0.5 block text-sm text-soft">{say(name, meaning)}</span>
        </span>
        <span className="text-sm max-sm:ml-7 max-sm:basis-full">
          {last ? <Outcome of={last.outcome} /> : <span className="text-soft">{t("neverMade")}</span>}
          {last ? <span className="block text-soft">{when(last.finishedAt.toISOString())}</span> : null}
        </span>
      </summary>
      <div className="pb-4">
        {wrong ? <FoundRows check={name} rows={wrong.rows} isCut={wrong.found >= ROWS_KEPT_MAX} /> : null}
        <div className="mt-3 flex flex-wrap items-center justify-between gap-3">
          <p className="text-sm font-semibold">{t("sqlTitle")}</p>
          <CopyText text={sql} label={t("copySql")} done={t("copied")} />
        </div>
        <p className="mt-1 text-sm text-soft">{t("sqlText")}</p>
        <pre
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
          tabIndex={0}
          className="mt-2 max-h-80 overflow-auto rounded-xl bg-wash p-3 font-mono text-xs leading-relaxed"
        >
          <code>{sql}</code>
        </pre>
        {results.length === 0 ? null : <ResultHistory check={name} results={results} />}
      </div>
    </details>
  );
}

function ResultHistory({ check, results }: { check: string; results: CheckResult[] }) {
  const t = useTranslations("opsReconcile");
  const when = useWhen();
  const format = useFormatter();
  const ms = (value: number) => t("ms", { ms: format.number(value) });
  return (
    <div className="mt-4 overflow-x-auto">
      <table className="w-full text-sm">
        <caption className="pb-1 text-left font-semibold">
          <span>{t("history")}</span>
          <span className="sr-only">{` ${check}`}</span>
        </caption>
        <thead>
          <tr className="border-b border-line-strong text-left text-soft">
            <th scope="col" className="py-2 pr-3 font-semibold">
              {t("when")}
            </th>
            <th scope="col" className="px-3 py-2 font-semibold">
              {t("kind")}
            </th>
            <th scope="col" className="px-3 py-2 font-semibold">
              {t("result")}
            </th>
            <th scope="col" className="px-3 py-2 text-right font-semibold">
              {t("statements")}
            </th>
            <th scope="col" className="px-3 py-2 text-right font-semibold">
              {t("took")}
            </th>
            <th scope="col" className="py-2 pl-3 text-right font-semibold">
              {t("longest")}
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {results.map((result) => (
            <tr key={`${result.runId} ${result.check}`}>
              <th scope="row" className="py-1 pr-3 text-left font-normal whitespace-nowrap">
                <Link
                  href={`/ops/reconcile/${result.runId}`}
                  prefetch={false}
                  className="inline-flex min-h-11 items-center underline underline-offset-4"
                >
                  {when(result.finishedAt.toISOString())}
                </Link>
              </th>
              <td className="px-3 py-1 whitespace-nowrap">{t(`kind_${result.kind}`)}</td>
              <td className="px-3 py-1 whitespace-nowrap">
                <Outcome of={result.outcome} />
              </td>
              <td className="figures px-3 py-1 text-right">{format.number(result.slices)}</td>
              <td className="figures px-3 py-1 text-right whitespace-nowrap">{ms(result.totalMs)}</td>
              <td className="figures py-1 pl-3 text-right whitespace-nowrap">{ms(result.longestMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
