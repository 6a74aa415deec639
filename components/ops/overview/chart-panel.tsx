import { useId } from "react";
import { cn } from "@/components/ui/cn";
import { Panel } from "@/components/ui/panel";
import { Chart } from "./chart";
import { type ChartData, lookOf } from "./chart-types";

/**
 * A chart with its title, what its lines are, and the table behind it, which says the same without the drawing: to screen readers,
 * without scripts, and to whoever wants the figures.
 */
export function ChartPanel({
  title,
  text,
  data,
  tableTitle,
  stepTitle,
  empty,
  isNamed = data.lines.length > 1,
  className,
}: {
  title: string;
  text: string;
  data: ChartData;
  tableTitle: string;
  /** The head of the column of steps. */
  stepTitle: string;
  /** What stands in the place of a chart that would show nothing. */
  empty: string;
  /** Whether it says which line is which; where there is but one, its title mostly says it. */
  isNamed?: boolean;
  className?: string;
}) {
  const titleId = useId();
  // Steps in which nothing was counted are left out, so that the table stays short.
  const shown = data.steps
    .map((step, at) => ({ step, at }))
    .filter(({ at }) => data.lines.some(({ values }) => (values[at] ?? 0) !== 0))
    .reverse();
  return (
    <Panel aria-labelledby={titleId} className={cn("flex min-w-0 flex-col", className)}>
      <h2 id={titleId} className="text-lg font-semibold tracking-tight">
        {title}
      </h2>
      <p className="mt-1 text-sm text-soft">{text}</p>
      {shown.length === 0 ? (
        <p className="mt-4 flex min-h-24 flex-1 items-center justify-center rounded-xl bg-wash px-4 text-center text-sm text-soft">
          {empty}
        </p>
      ) : (
        <>
          {isNamed ? <Legend lines={data.lines} /> : null}
          <div className="mt-4">
            <Chart {...data} />
          </div>
          <details className="mt-2">
            <summary className="-mx-2 inline-flex min-h-11 cursor-pointer items-center rounded-xl px-2 text-sm font-semibold text-accent-text underline-offset-4 hover:underline">
              {tableTitle}
            </summary>
            <section
              aria-label={`${title}: ${tableTitle}`}
              // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
              tabIndex={0}
              className="max-h-80 overflow-auto"
            >
              <table className="w-full text-sm">
                <caption className="sr-only">{title}</caption>
                <thead>
                  <tr className="border-b border-line-strong">
                    <th scope="col" className="py-2 pr-2 text-left font-semibold text-soft">
                      {stepTitle}
                    </th>
                    {data.lines.map(({ key, label }) => (
                      <th key={key} scope="col" className="px-2 py-2 text-right font-semibold text-soft">
                        {label}
                      </th>
                    ))}
                  </tr>
                </thead>
                <tbody className="divide-y divide-line">
                  {shown.map(({ step, at }) => (
                    <tr key={step}>
                      <th scope="row" className="py-1.5 pr-2 text-left font-normal whitespace-nowrap">
                        {step}
                      </th>
                      {data.lines.map(({ key, texts }) => (
                        <td key={key} className="figures px-2 py-1.5 text-right whitespace-nowrap">
                          {texts[at]}
                        </td>
                      ))}
                    </tr>
                  ))}
                </tbody>
              </table>
            </section>
          </details>
        </>
      )}
    </Panel>
  );
}

/** Which line is which: by its pattern as it is drawn. */
function Legend({ lines }: Pick<ChartData, "lines">) {
  return (
    <ul className="mt-3 flex flex-wrap gap-x-4 gap-y-1 text-sm noscript:hidden">
      {lines.map(({ key, label }, at) => (
        <li key={key} className="flex items-center gap-2">
          <svg aria-hidden="true" width="28" height="8" className="shrink-0">
            <line
              x1="0"
              y1="4"
              x2="28"
              y2="4"
              stroke={lookOf(at).colour}
              strokeDasharray={lookOf(at).dash}
              strokeWidth="2.5"
            />
          </svg>
          <span>{label}</span>
        </li>
      ))}
    </ul>
  );
}
