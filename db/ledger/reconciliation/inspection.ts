/** One check under way: its statements one after another, each short, what they found, and how long a snapshot was held. */
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

/** A row that is wrong, as it can be written as JSON: 64-bit numbers are text. */
type WrongRow = Record<string, unknown>;

/** Enough rows to see what is wrong; a check that has found as many goes no further. */
const ROWS_KEPT_MAX = 50;

/** How long a slice should take: long enough to be worth its round trip, short enough that its snapshot is nobody's trouble. */
const SLICE_TARGET_MS = 40;
/** More rows than these are mostly more than a slice should take. */
const SLICE_ROWS = { first: 500, least: 50, most: 4_000 } as const;
/** Between two slices the database has as long for others as the slice took, but no longer than this is waited. */
const PAUSE_MAX_MS = 500;

export type Inspection = {
  readonly slices: number;
  readonly totalMs: number;
  readonly longestMs: number;
  readonly wrong: readonly WrongRow[];
  /** Whether as many wrong rows were found as are kept. */
  readonly isEnough: boolean;
  /** How many rows the next slice should have. */
  readonly rowsMax: number;
  /** A slice that returns what the next one goes on from; what it returns is not wrong. */
  read<Row extends object>(text: string, parameters: readonly Parameter[]): Promise<Row[]>;
  /** A statement that looks where to cut. It says nothing about how long slices take. */
  look<Row extends object>(text: string, parameters: readonly Parameter[]): Promise<Row[]>;
  /** A slice: its rows are wrong. */
  find(text: string, parameters: readonly Parameter[]): Promise<void>;
  /** Notes rows that are wrong, which were found otherwise. */
  note(rows: readonly WrongRow[]): void;
};

export type Parameter = string | number | null;

/** Sends one statement of a run. */
export type Send = <Row extends object>(text: string, parameters: readonly Parameter[]) => Promise<Row[]>;

/** How many rows slices begin with, and between what they grow and shrink. */
type SliceRows = { first: number; least: number; most: number };

/** For a check that has failed once: as small as slices get. */
export const SMALLEST_FIRST: SliceRows = { ...SLICE_ROWS, first: SLICE_ROWS.least };

/** Begins a check. `onSlice` is called before each statement with its number; what it throws ends the check. */
export function inspect(
  send: Send,
  onSlice: (slice: number) => Promise<void>,
  rows: SliceRows = SLICE_ROWS,
): Inspection {
  const state = { slices: 0, totalMs: 0, longestMs: 0, rowsMax: rows.first };
  const wrong: WrongRow[] = [];
  async function timed<Row extends object>(
    text: string,
    parameters: readonly Parameter[],
    isSlice: boolean,
  ): Promise<Row[]> {
    await onSlice(state.slices + 1);
    const startedMs = performance.now();
    try {
      return await send<Row>(text, parameters);
    } finally {
      const tookMs = performance.now() - startedMs;
      state.slices += 1;
      state.totalMs += tookMs;
      state.longestMs = Math.max(state.longestMs, tookMs);
      // No more than twice as many, and no fewer than a quarter, by what this one took.
      if (isSlice) {
        const wanted = state.rowsMax * Math.min(2, Math.max(0.25, SLICE_TARGET_MS / tookMs));
        state.rowsMax = Math.min(rows.most, Math.max(rows.least, wanted));
      }
      await sleep(Math.min(PAUSE_MAX_MS, tookMs));
    }
  }
  const note = (rows: readonly WrongRow[]) => {
    for (const row of rows) if (wrong.length < ROWS_KEPT_MAX) wrong.push(asJson(row));
  };
  return {
    get slices() {
      return state.slices;
    },
    get totalMs() {
      return state.totalMs;
    },
    get longestMs() {
      return state.longestMs;
    },
    get rowsMax() {
      return Math.floor(state.rowsMax);
    },
    get isEnough() {
      return wrong.length >= ROWS_KEPT_MAX;
    },
    wrong,
    read: (text, parameters) => timed(text, parameters, true),
    look: (text, parameters) => timed(text, parameters, false),
    note,
    async find(text, parameters) {
      note(await timed<WrongRow>(`${text}\n limit ${ROWS_KEPT_MAX}`, parameters, true));
    },
  };
}

/** With the columns' names as the tables have them, which the pool turns into camel case. */
function asJson(row: WrongRow): WrongRow {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      postgres.fromCamel(name),
      typeof value === "bigint" ? value.toString() : value,
    ]),
  );
}
