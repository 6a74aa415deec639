/** How the service is, as the console shows it. */

export type Stall =
  /** A transaction that began before theirs is still open, in whatever database of the server: it may yet commit. */
  | { type: "held-up"; seconds: number }
  /** A transfer claims a transaction that this server has never had. */
  | { type: "foreign" };

/** A transaction that writes and is still open: what began after it is not sealed before it has ended. */
export type OpenTransaction = {
  /** Absent for one that was prepared (PREPARE TRANSACTION), which has no process. */
  pid?: number;
  /** The name of a prepared transaction, which COMMIT PREPARED and ROLLBACK PREPARED take. */
  preparedName?: string;
  database: string;
  role: string;
  /** Since when it is open; absent where this role may not see it (pg_read_all_stats). */
  seconds?: number;
};

export type SealingState = {
  /** Why transfers are without a seal that should have one; absent where sealing keeps up. */
  stall?: Stall;
  /** Transfers without a seal, counted to 10,000 and no further. */
  unsealed: number;
  /** How long the oldest of them has waited, in seconds; 0 where none waits. */
  oldestSeconds: number;
  /** Where the journal ends; as text, because it is a 64-bit number. */
  position: string;
  /** When the last seal was set; absent before the first. */
  lastSealedAt?: Date;
  /** The oldest transactions of the server, where the journal is held up. */
  holders: OpenTransaction[];
};

export type RunOutcome = "right" | "wrong" | "failed";

export type FinishedRun = { id: string; startedAt: Date; finishedAt: Date; outcome: RunOutcome };

export type OpenRun = {
  id: string;
  askedAt: Date;
  /** `interrupted`: whoever worked on it has said nothing for a while; another server will go on. */
  state: "asked" | "running" | "interrupted";
  checkNow?: string;
  sliceNow: number;
};

export type LastReconciliation = {
  /**
   * `right`: the last full run found nothing, and neither did any incremental one since it began. `wrong`: one of them did, and
   * no full run has found everything right since. `unchecked`: no full run has ended so far. `unsure`: the last one could
   * not check everything.
   */
  books: "right" | "wrong" | "unchecked" | "unsure";
  lastFull?: FinishedRun;
  lastIncremental?: FinishedRun;
  /** The full run that waits or is under way. */
  open?: OpenRun;
  /** The run that found the books wrong. */
  wrongRunId?: string;
};

export type Waiting = {
  /** Keys that are open: forms that may still be paid. Counted to a hundred thousand. */
  openKeys: number;
  /** Who asks to be a merchant and has no answer. Counted to a thousand. */
  merchantRequests: number;
  /** Adjustments that were asked for and wait for another operator. Counted to a thousand. */
  adjustments: number;
};

/** A run over the books, as it is listed. */
export type RunSummary = {
  id: string;
  kind: "full" | "incremental";
  /** The operator who asked for it; absent where it was due. */
  askedBy?: string;
  askedAt: Date;
  startedAt?: Date;
  finishedAt?: Date;
  state: RunOutcome | OpenRun["state"];
  /** How often another server went on with what one had left. */
  takeovers: number;
  checkNow?: string;
  sliceNow: number;
  /** Which seals an incremental run was about: those after the first, up to the second. */
  fromPosition?: string;
  toPosition?: string;
};

/** What one check of a run said. */
export type CheckResult = {
  runId: string;
  kind: RunSummary["kind"];
  check: string;
  outcome: RunOutcome;
  slices: number;
  totalMs: number;
  /** The longest that one of its snapshots was held. */
  longestMs: number;
  /** How many rows were found: all of them below fifty; at fifty it stopped looking. */
  found: number;
  rows: Record<string, unknown>[];
  /** Why it could not be made: a SQLSTATE, or a word. */
  failure?: string;
  finishedAt: Date;
};
