/**
 * What the database says, as gauges, read when Prometheus asks. It keeps nobody waiting: what does not come in time is left
 * out, `once_database_up` says so, and the answer is kept for some seconds, however many ask.
 */
import { Gauge, Registry } from "prom-client";
import { within } from "@/db/execution/deadline";
import { readService } from "@/db/service/readings";
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
  const isUp = readings.some((reading) => reading.status === "read");
  gauge("once_database_up", "Whether the database answered this scrape in time.").set(isUp ? 1 : 0);
  gauge("once_ready", "Whether payments can be settled here (/api/health/ready).").set(
    why === undefined ? 1 : 0,
  );
  for (const reading of readings) if (reading.status === "read") reading.register(gauge);
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
];
