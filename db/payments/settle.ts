/** The one write path for money: every payment goes through `settle`. */
import { type Settlement, type SettlementEntry, sendUntilKnown } from "./statement.ts";

/**
 * Settles one entry. Executes it, or finds what became of its key; sent again after any failure that leaves the
 * outcome unknown, with the same key, so it executes at most once.
 *
 * Throws OutcomeUnknown past the deadline, and whatever Postgres said where that is definitive (a bug of ours).
 */
export function settle(entry: SettlementEntry): Promise<Settlement> {
  return sendUntilKnown(entry);
}
