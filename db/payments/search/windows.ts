/**
 * Walks through payments by time, a window after the other, so that what a page reads is bounded however many payments there are:
 * each window is as long as holds a few thousand of them. Nothing is ordered by an index, so none has to be kept for it.
 */

/** A span of time, its end excluded. */
export type Window = { from: Date; until: Date };
export type Direction = "asc" | "desc";

/** The rows of one window are counted no further than this; one that has more is made shorter. Tens of milliseconds. */
export const WINDOW_ROWS_MAX = 25_000;
/** What one page looks through where little fits; some tenths of a second. Whoever wants more goes on from there. */
export const LOOKED_AT_MAX = 400_000;

const FIRST_WINDOW_MS = 2_000;
/** So that a pause of months is crossed in a few steps. */
const GROWTH_MAX = 8;
/** A server's clock may be ahead of this one's. */
const AHEAD_MS = 3_600_000;
/** Nothing was settled before. */
const BEGINNING = new Date("2020-01-01T00:00:00Z");

/** Counts the rows of a window that a walk is about, up to `rowsMax`. */
type Count = (window: Window, rowsMax: number) => Promise<number>;

/** From where to where a walk goes that is asked for `from` and `until`. */
export function boundsOf(
  asked: { from?: Date | undefined; until?: Date | undefined },
  now = new Date(),
): Window {
  return { from: asked.from ?? BEGINNING, until: asked.until ?? new Date(now.getTime() + AHEAD_MS) };
}

/**
 * The windows of `bounds` in `direction`, each with how many rows it has; none without rows. Ends where the bounds do.
 * A window has WINDOW_ROWS_MAX rows at most, unless more were settled within one millisecond.
 */
export async function* windowsOf(
  bounds: Window,
  direction: Direction,
  count: Count,
): AsyncGenerator<Window & { rows: number }, void, undefined> {
  const [begin, end] = [bounds.from.getTime(), bounds.until.getTime()];
  let edge = direction === "desc" ? end : begin;
  // The last hour is ahead of us, and mostly empty: begin behind it at once.
  let lengthMs = direction === "desc" ? AHEAD_MS + FIRST_WINDOW_MS : FIRST_WINDOW_MS;
  while (direction === "desc" ? edge > begin : edge < end) {
    const other = direction === "desc" ? Math.max(begin, edge - lengthMs) : Math.min(end, edge + lengthMs);
    const window = { from: new Date(Math.min(edge, other)), until: new Date(Math.max(edge, other)) };
    const rows = await count(window, WINDOW_ROWS_MAX + 1);
    if (rows > WINDOW_ROWS_MAX && lengthMs > 1) {
      lengthMs = Math.max(1, Math.floor(Math.min(lengthMs, Math.abs(edge - other)) / 4));
      continue;
    }
    edge = other;
    if (rows > 0) yield { ...window, rows };
    // As long as held about half of what may be in one.
    const wanted = rows === 0 ? GROWTH_MAX : WINDOW_ROWS_MAX / 2 / rows;
    lengthMs = Math.max(1, Math.ceil(lengthMs * Math.min(GROWTH_MAX, wanted)));
  }
}

/**
 * The part of `bounds`, from its newest end, that has about LOOKED_AT_MAX rows; `isCut` where that is not all of it.
 */
export async function newestPart(bounds: Window, count: Count): Promise<Window & { isCut: boolean }> {
  let rows = 0;
  for await (const window of windowsOf(bounds, "desc", count)) {
    rows += window.rows;
    if (rows >= LOOKED_AT_MAX)
      return { from: window.from, until: bounds.until, isCut: window.from.getTime() > bounds.from.getTime() };
  }
  return { ...bounds, isCut: false };
}
