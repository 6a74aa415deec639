/**
 * What the database says, as gauges, read when Prometheus asks. It keeps nobody waiting: what does not come in time is left
 * out, `once_database_up` says so, and the answer is kept for some seconds, however many ask.
 */
import { Gauge, Registry } from "prom-client";
import { within } from "@/db/execution/deadline";
import { lastReconciliation } from "@/db/ledger/reconciliation/last";
import { readSealingState } from "@/db/ledger/sealing-state";
import { countChecks, readService } from "@/db/service/readings";
import { whyNotReady } from "../lifecycle/readiness.ts";
import { describeError, log } from "./log.ts";

/** Shorter than Prometheus waits for a scrape (10 s), long enough for a database with much to do. */
const READ_DEADLINE_MS = 3_000;
/** Two Prometheus servers that scrape together cost one read. */
const KEPT_MS = 5_000;

type Kept = { text: Promise<string>; endedMs: number | undefined };

// On globalThis, because routes may be bundled apart; the answer is one.
const slot = globalThis as typeof globalThis & { onceDatabaseMetrics?: Kept; onceReadingFails?: boolean };

/** The gauges in Prometheus's text format. Never throws. */
export function databaseMetricsText(): Promise<string> {
  const last = slot.onceDatabaseMetrics;
  if (last && (last.endedMs === undefined || performance.now() - last.endedMs < KEPT_MS)) return last.text;
  const kept: Kept = { text: readText(), endedMs: undefined };
  slot.onceDatabaseMetrics = kept;
  void kept.text.finally(() => {
    kept.endedMs = performance.now();
  });
  return kept.text;
}

async function readText(): Promise<string> {
  const [why, readings] = await Promise.all([whyNotReady(), Promise.all(READERS.map(read))]);
  const registry = new Registry();
  const gauge = gaugesOf(registry);
  const isUp = readings.some(({ status }) => status === "read");
  gauge("once_database_up", "Whether the database answered this scrape in time.").set(isUp ? 1 : 0);
  gauge("once_ready", "Whether payments can be settled here (/api/health/ready).").set(
    why === undefined ? 1 : 0,
  );
  for (const found of readings) if (found.status === "read") found.register(gauge);
  return registry.metrics();
}

type MakeGauge = (name: string, help: string, labelNames?: string[]) => Gauge;

function gaugesOf(registry: Registry): MakeGauge {
  return (name, help, labelNames = []) => new Gauge({ name, help, labelNames, registers: [registry] });
}

/** Asks the database for something, and returns what makes gauges of it. */
type Reader = () => Promise<(gauge: MakeGauge) => void>;

type Reading = { status: "read"; register: (gauge: MakeGauge) => void } | { status: "failed" };

async function read(reader: Reader): Promise<Reading> {
  try {
    const register = await within(READ_DEADLINE_MS, reader());
    if (slot.onceReadingFails) log.info("What the database says is read for the metrics again.");
    slot.onceReadingFails = false;
    return { status: "read", register };
  } catch (error) {
    if (!slot.onceReadingFails)
      log.warn({ error: describeError(error) }, "What the database says could not be read for the metrics.");
    slot.onceReadingFails = true;
    return { status: "failed" };
  }
}

/** Of a run that has not been. */
const NO_CHECKS = { wrong: 0, failed: 0 };

const READERS: readonly Reader[] = [
  async () => {
    const { openKeys, mails, migrations } = await readService();
    return (gauge) => {
      gauge("once_idempotency_keys_open", "Open idempotency keys, counted to 100,000.").set(openKeys);
      gauge("once_mails_waiting", "Mails that are to be sent, counted to 100,000.").set(mails.waiting);
      gauge("once_mails_oldest_waiting_seconds", "How long the oldest of them has waited.").set(
        mails.oldestSeconds,
      );
      const counts = gauge(
        "once_database_migrations",
        "How many migrations the database has (applied), and how many this build knows (known).",
        ["state"],
      );
      counts.set({ state: "applied" }, migrations.applied);
      counts.set({ state: "known" }, migrations.known);
    };
  },
  async () => {
    const { unsealed, oldestSeconds, stall, position } = await readSealingState();
    return (gauge) => {
      gauge("once_journal_unsealed_transfers", "Transfers without a seal, counted to 10,000.").set(unsealed);
      gauge("once_journal_oldest_unsealed_seconds", "How long the oldest of them has waited.").set(
        oldestSeconds,
      );
      gauge("once_journal_position", "How many transfers are sealed.").set(Number(position));
      const stalled = gauge(
        "once_journal_stalled",
        "1 where sealing cannot go on: held-up by a transaction that is open, or foreign transfers are there.",
        ["reason"],
      );
      for (const reason of ["held-up", "foreign"]) stalled.set({ reason }, stall?.type === reason ? 1 : 0);
    };
  },
  async () => {
    const { books, lastFull, lastIncremental } = await lastReconciliation();
    const runs = Object.entries({ full: lastFull, incremental: lastIncremental });
    const checks = await Promise.all(
      runs.map(async ([kind, run]) => ({ kind, ...(run ? await countChecks(run.id) : NO_CHECKS) })),
    );
    return (gauge) => {
      const state = gauge("once_books", "1 at what reconciliation says of the books.", ["state"]);
      for (const one of ["right", "wrong", "unchecked", "unsure"])
        state.set({ state: one }, books === one ? 1 : 0);
      const ended = gauge(
        "once_reconciliation_last_run_timestamp_seconds",
        "When the last run of each kind ended, in Unix time; 0: none has.",
        ["kind"],
      );
      for (const [kind, run] of runs) ended.set({ kind }, (run?.finishedAt.getTime() ?? 0) / 1_000);
      const found = gauge(
        "once_reconciliation_checks",
        "Checks of the last run of each kind that found something wrong, or could not be made (failed).",
        ["kind", "outcome"],
      );
      for (const { kind, wrong, failed } of checks) {
        found.set({ kind, outcome: "wrong" }, wrong);
        found.set({ kind, outcome: "failed" }, failed);
      }
    };
  },
];
