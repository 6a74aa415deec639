/** What a chart is drawn from: words and numbers that the server has made ready. */

type ChartLine = {
  key: string;
  label: string;
  /** By step; null where nothing is known: the line has a gap there. */
  values: (number | null)[];
  /** The same as text, for the table and for what is under the pointer. */
  texts: string[];
};

export type ChartData = {
  kind: "lines" | "bars";
  /** What stands below each step. */
  ticks: string[];
  /** What each step is called in full. */
  steps: string[];
  lines: ChartLine[];
};

/** How a line is drawn: by its pattern as well as by its colour. In the order of `lines`; there are no more than these. */
export const LINE_LOOKS = [
  { colour: "var(--chart-1)", dash: "" },
  { colour: "var(--chart-2)", dash: "7 4" },
  { colour: "var(--chart-3)", dash: "2 3" },
  { colour: "var(--chart-4)", dash: "10 3 2 3" },
  { colour: "var(--chart-5)", dash: "14 5" },
  { colour: "var(--chart-6)", dash: "1 5" },
  { colour: "var(--chart-1)", dash: "4 2 4 8" },
  { colour: "var(--chart-2)", dash: "12 3 2 3 2 3" },
] as const;

/** How the line at place `at` is drawn. */
export function lookOf(at: number): (typeof LINE_LOOKS)[number] {
  return LINE_LOOKS[at % LINE_LOOKS.length] ?? LINE_LOOKS[0];
}
