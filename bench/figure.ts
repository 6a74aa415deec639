/** One result: a figure beside what it is measured against in the same run, and what it should be. */
export type Figure = {
  name: string;
  figure: number;
  against: number;
  /** figure / against. */
  ratio: number;
  unit: string;
  /** What `against` is, in words. */
  of: string;
  /** "≥ 30" or "≤ 1.4"; absent where the figure is only reported. */
  goal?: string;
  holds?: boolean;
  /** Why there is no figure. */
  notRun?: string;
};

/** A row that says why it has no figure. */
export function notRun(name: string, why: string): Figure {
  return { name, figure: Number.NaN, against: Number.NaN, ratio: Number.NaN, unit: "", of: "", notRun: why };
}

/** A figure against another. `goal` is a bound of the ratio: "≥ 30", "≤ 1.4". */
export function figure(
  name: string,
  unit: string,
  value: number,
  of: string,
  against: number,
  goal?: `${"≥" | "≤"} ${number}`,
): Figure {
  const ratio = value / against;
  if (goal === undefined) return { name, figure: value, against, ratio, unit, of };
  const bound = Number(goal.slice(2));
  return {
    name,
    figure: value,
    against,
    ratio,
    unit,
    of,
    goal,
    holds: goal.startsWith("≥") ? ratio >= bound : ratio <= bound,
  };
}
