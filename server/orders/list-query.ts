/** The query of a list that is a page: filters and a place, in its address. */

export type SearchParams = Record<string, string | string[] | undefined>;

/** A screenful. */
export const PAGE_ROWS = 25;
/** Longer than anything that somebody looks for. */
export const TEXT_MAX_LENGTH = 100;

/** What one parameter says, without spaces around it; undefined where it says nothing. Of several the first. */
export function one(value: string | string[] | undefined): string | undefined {
  const text = (Array.isArray(value) ? value[0] : value)
    ?.replaceAll("\0", "")
    .trim()
    .slice(0, TEXT_MAX_LENGTH);
  return text === "" ? undefined : text;
}

/** A path of ours with its query; nothing is written of what is not there. */
export function pathWith(path: string, query: Record<string, string | undefined>): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** A day as fields of dates write it; undefined where it is no day that there is, in the years that everything here agrees on. */
export function dayIn(value: string | undefined): string | undefined {
  if (value === undefined || !/^[1-9]\d{3}-\d\d-\d\d$/.test(value)) return undefined;
  if (value < "1970-01-01" || value > "9999-12-30") return undefined;
  const day = new Date(`${value}T00:00:00.000Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(value) ? value : undefined;
}
