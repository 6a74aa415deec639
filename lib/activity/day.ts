/** Days of a calendar as instants. */

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** How far the clocks of `timeZone` are ahead of UTC at an instant, in milliseconds. */
function offsetMs(timeZone: string, atMs: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  }).formatToParts(atMs);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find((part) => part.type === type)?.value ?? "0");
  const shown = Date.UTC(of("year"), of("month") - 1, of("day"), of("hour"), of("minute"), of("second"));
  return shown - Math.floor(atMs / 1_000) * 1_000;
}

/**
 * The instant that clocks in `timeZone` show as `written` (as 2026-03-31T14:30). Where they show it twice, one of the two; where they
 * leap over it, one beside it.
 */
export function instantOf(written: string, timeZone: string): Date {
  const shownMs = Date.parse(`${written}Z`);
  const guessMs = shownMs - offsetMs(timeZone, shownMs);
  return new Date(shownMs - offsetMs(timeZone, guessMs));
}

/** What clocks in `timeZone` show at an instant, to the millisecond (as 2026-03-31T14:30:05.120): what `instantOf` reads. */
export function writtenIn(at: Date, timeZone: string): string {
  return new Date(at.getTime() + offsetMs(timeZone, at.getTime())).toISOString().slice(0, -1);
}

/**
 * The first instant of `day` (as 2026-03-31) in `timeZone`, or of the day that many days after it. Where the clocks leap over
 * midnight, the instant they leap at.
 */
export function startOfDay(day: string, timeZone: string, daysAfter = 0): Date {
  const midnightMs = Date.parse(`${day}T00:00:00Z`) + daysAfter * DAY_MS;
  // The offset that holds at the day's beginning is not known before the beginning is: the second guess has it.
  const guessMs = midnightMs - offsetMs(timeZone, midnightMs);
  return new Date(midnightMs - offsetMs(timeZone, guessMs));
}

/** The day that it is now in `timeZone` (as 2026-03-31). */
export function todayIn(timeZone: string): string {
  return new Intl.DateTimeFormat("en-CA", { timeZone, dateStyle: "short" }).format(new Date());
}
