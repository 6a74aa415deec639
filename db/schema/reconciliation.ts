/** What reconciliation found, and how far it is: the books' own history of being checked. Nothing is decided from it. */
import { sql } from "drizzle-orm";
import {
  bigint,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { bytes, instant } from "./columns.ts";

/** One run over the books: all of them (`full`), or what was sealed since the run before (`incremental`). */
export const reconcileRuns = pgTable(
  "reconcile_runs",
  {
    /** Made by the page where somebody asked for it, so that a form that is sent twice asks once. */
    id: uuid("id").primaryKey(),
    kind: text("kind", { enum: ["full", "incremental"] }).notNull(),
    /** The operator who asked; null where it was due. */
    askedBy: uuid("asked_by"),
    askedAt: instant("asked_at").notNull(),
    startedAt: instant("started_at"),
    /** Who works on it, one process's one try, and until when it counts as alive without saying so again. */
    holder: uuid("holder"),
    aliveUntil: instant("alive_until"),
    /** How often another process went on with what one had left. */
    takeovers: integer("takeovers").notNull().default(0),
    /** What is being looked at: the check, and which of its slices. */
    checkNow: text("check_now"),
    sliceNow: integer("slice_now").notNull().default(0),
    /** The seal after which an incremental run begins; null where it began at the journal's beginning. */
    fromPosition: bigint("from_position", { mode: "bigint" }),
    fromHash: bytes("from_hash"),
    /** Where the journal ended when the run began: what the next incremental run goes on from. */
    toPosition: bigint("to_position", { mode: "bigint" }),
    toHash: bytes("to_hash"),
    finishedAt: instant("finished_at"),
    /** `failed`: something could not be checked. */
    outcome: text("outcome", { enum: ["right", "wrong", "failed"] }),
  },
  (table) => [
    /** One of a kind at a time, however many servers and operators ask. */
    uniqueIndex("reconcile_runs_one_open").on(table.kind).where(sql`finished_at is null`),
    index("reconcile_runs_asked").on(table.kind, table.askedAt, table.id),
    index("reconcile_runs_outcome").on(table.kind, table.outcome, table.askedAt),
    check("reconcile_runs_kind_known", sql`${table.kind} in ('full', 'incremental')`),
    check(
      "reconcile_runs_end_whole",
      sql`(${table.finishedAt} is null) = (${table.outcome} is null) and ${table.outcome} in ('right', 'wrong', 'failed')`,
    ),
  ],
);

/** What one check of a run said. Written once. */
export const reconcileResults = pgTable(
  "reconcile_results",
  {
    runId: uuid("run_id").notNull(),
    /** Of its run. */
    kind: text("kind", { enum: ["full", "incremental"] }).notNull(),
    checkName: text("check_name").notNull(),
    outcome: text("outcome", { enum: ["right", "wrong", "failed"] }).notNull(),
    slices: integer("slices").notNull(),
    /** Of its statements together, and of the longest: how long a snapshot was held. */
    totalMs: integer("total_ms").notNull(),
    longestMs: integer("longest_ms").notNull(),
    /** How many rows were wrong, and the first of them. */
    found: integer("found").notNull(),
    rows: jsonb("rows").$type<Record<string, unknown>[]>().notNull(),
    /** Why it could not be checked: a SQLSTATE, or a word. */
    failure: text("failure"),
    finishedAt: instant("finished_at").notNull(),
  },
  (table) => [
    primaryKey({ name: "reconcile_results_pkey", columns: [table.runId, table.checkName] }),
    index("reconcile_results_check").on(table.checkName, table.kind, table.finishedAt),
    check("reconcile_results_outcome_known", sql`${table.outcome} in ('right', 'wrong', 'failed')`),
    check("reconcile_results_found", sql`(${table.outcome} = 'wrong') = (${table.found} > 0)`),
  ],
);
