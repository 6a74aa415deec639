/** The zone that times are written in: the reader's own, once their browser has said it, else UTC. */

export const TIME_ZONE_COOKIE = "time-zone";
const DEFAULT_TIME_ZONE = "UTC";

/** The longest name of the tz database has 32 characters. */
const NAME = /^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/;

/** A zone's name that this runtime knows, by the cookie's value; UTC where it is none. */
export function timeZoneOf(value: string | undefined): string {
  if (value === undefined || !NAME.test(value)) return DEFAULT_TIME_ZONE;
  try {
    new Intl.DateTimeFormat("en", { timeZone: value });
    return value;
  } catch {
    // A name of a newer tz database, or of nobody's.
    return DEFAULT_TIME_ZONE;
  }
}
