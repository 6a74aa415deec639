/** Which time the overview shows, as its address says. */

/** Steps that a chart can show side by side on a phone. */
export const OVERVIEW_RANGES = {
  "1h": { stepSeconds: 60, steps: 60 },
  "24h": { stepSeconds: 1_800, steps: 48 },
  "7d": { stepSeconds: 7_200, steps: 84 },
} as const;

export type OverviewRange = keyof typeof OVERVIEW_RANGES;

/** The range that `given` names; an hour where it names none. */
export function overviewRange(given: string | string[] | undefined): OverviewRange {
  return typeof given === "string" && Object.hasOwn(OVERVIEW_RANGES, given) ? (given as OverviewRange) : "1h";
}
