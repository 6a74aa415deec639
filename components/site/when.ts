import { useFormatter } from "next-intl";

/**
 * Writes a moment for a list, from RFC 3339 in UTC: always with its zone, and with its year where that is another than now.
 * For components of the server alone: names of months and zones are locale data.
 */
export function useWhen(): (at: string) => string {
  const format = useFormatter();
  // Of the reader's zone: on the last evening of a year it is another there.
  const yearOf = (moment: Date) => format.dateTime(moment, { year: "numeric" });
  const thisYear = yearOf(new Date());
  return (at) => {
    const moment = new Date(at);
    return format.dateTime(moment, yearOf(moment) === thisYear ? "short" : "shortOfOtherYear");
  };
}
