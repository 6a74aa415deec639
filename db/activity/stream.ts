/** One of the sequences that a history is merged from, read piece by piece in one direction. */

import type { Movement } from "../../lib/activity/movement.ts";

/** Towards what is older, or towards what is newer. */
export type Heading = "older" | "newer";

/**
 * A sequence with an order of its own that nothing is ever inserted into. `scan` reads its next piece; what fits the
 * selection waits in `found`, nearest first.
 */
export interface Stream {
  readonly found: readonly Movement[];
  /** Nothing is left to scan. */
  readonly isDone: boolean;
  /** When the last one of those scanned was settled; undefined before the first piece. */
  readonly frontier: Date | undefined;
  /** Reads the next piece, of `rowsMax` rows at most, and returns how many rows were looked at. */
  scan(rowsMax: number): Promise<number>;
  /** Takes the nearest of those found. */
  take(): Movement;
}

/** A clock may be set back, by a failover for example; no more than by this. Bounds of days are looked for so far beyond them. */
export const CLOCK_STEP_MAX_MS = 24 * 60 * 60 * 1_000;
