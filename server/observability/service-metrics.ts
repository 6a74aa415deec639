/** What this process counts about settling and about its way to the database, read where it is counted. */
import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import { attemptsLost } from "@/db/attempts/record";
import { poolLoads } from "@/db/connection/client";
import { observeSettling } from "@/db/payments/observation";
import { settlingLoad } from "@/db/payments/settle";
import { DECLINE_CODES } from "@/lib/api/payment";
import packageJson from "@/package.json";

/** From a batch of one on a quick disk to the deadline of a payment. */
const SETTLING_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3, 15];
/** Up to the most that a batch holds (batchMax in db/payments/settle.ts). */
const BATCH_SIZES = [1, 2, 4, 8, 16, 32, 64, 128];

/** Registers everything about settling, and hears of it from now on. */
export function registerSettling(registry: Registry): void {
  const registers = [registry];
  const batchSeconds = new Histogram({
    name: "once_settlement_batch_duration_seconds",
    help: "How long statements took that settled a batch, by whether they succeeded.",
    labelNames: ["result"],
    buckets: SETTLING_SECONDS,
    registers,
  });
  const batchSize = new Histogram({
    name: "once_settlement_batch_size",
    help: "How many payments shared one statement.",
    buckets: BATCH_SIZES,
    registers,
  });
  const paymentSeconds = new Histogram({
    name: "once_settlement_duration_seconds",
    help: "How long payments took to settle, with their wait for a batch and all that was sent again, by verdict.",
    labelNames: ["verdict"],
    buckets: SETTLING_SECONDS,
    registers,
  });
  const payments = new Counter({
    name: "once_payments_total",
    help: "Payments that got their outcome here, by kind, outcome and, of a decline, its code. No replays.",
    labelNames: ["kind", "outcome", "decline_code"],
    registers,
  });
  // From the beginning, so that the first one is seen as an increase.
  payments.inc({ kind: "order", outcome: "paid", decline_code: "" }, 0);
  for (const decline_code of DECLINE_CODES)
    payments.inc({ kind: "order", outcome: "declined", decline_code }, 0);
  observeSettling("metrics", (event) => {
    const seconds = event.durationMs / 1_000;
    if (event.type === "batch") {
      batchSeconds.observe({ result: event.failed ? "failed" : "settled" }, seconds);
      batchSize.observe(event.size);
      return;
    }
    paymentSeconds.observe({ verdict: event.verdict }, seconds);
    const { verdict, kind, declineCode } = event;
    if (verdict !== "settled" || kind === null) return;
    const outcome = declineCode === null ? "paid" : "declined";
    payments.inc({ kind, outcome, decline_code: declineCode ?? "" });
  });

  const counted = (name: string, help: string, read: (load: ReturnType<typeof settlingLoad>) => number) =>
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset();
        this.inc(read(settlingLoad()));
      },
    });
  counted("once_settlement_batches_total", "Statements that settled a batch.", (load) => load.sent);
  counted("once_settlement_entries_total", "Payments in those batches.", (load) => load.entries);
  counted(
    "once_settlement_batches_failed_total",
    "Batches whose payments were then asked for singly.",
    (load) => load.failed,
  );
  new Gauge({
    name: "once_settlement_waiting",
    help: "Payments that wait: for a batch, or to be asked for singly; and batches under way.",
    labelNames: ["where"],
    registers,
    collect() {
      const { queued, resubmitting, batchesInFlight } = settlingLoad();
      this.set({ where: "queue" }, queued);
      this.set({ where: "resubmission" }, resubmitting);
      this.set({ where: "batch" }, batchesInFlight);
    },
  });
}

/** Registers what becomes of arrivals, how busy the pools are, and which build this is. */
export function registerProcess(registry: Registry): void {
  const registers = [registry];
  new Counter({
    name: "once_attempts_lost_total",
    help: "Arrivals that were not recorded: full (more came than could be written), failed (twice), unwritable.",
    labelNames: ["reason"],
    registers,
    collect() {
      this.reset();
      for (const [reason, count] of Object.entries(attemptsLost())) this.inc({ reason }, count);
    },
  });
  const perPool = (name: string, help: string, read: (load: PoolLoadNow) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["pool"],
      registers,
      collect() {
        for (const [pool, load] of Object.entries(poolLoads())) this.set({ pool }, read(load));
      },
    });
  perPool(
    "once_database_pool_connections_max",
    "Connections that a pool opens at most.",
    (load) => load.connectionsMax,
  );
  perPool(
    "once_database_pool_in_use",
    "Connections of a pool that a statement occupies.",
    (load) => load.inUse,
  );
  perPool(
    "once_database_pool_waiting",
    "Statements that wait for a connection of their pool.",
    (load) => load.waiting,
  );
  new Counter({
    name: "once_database_pool_replaced_total",
    help: "How often a pool did not answer in time and was given up for a new one.",
    labelNames: ["pool"],
    registers,
    collect() {
      this.reset();
      for (const [pool, { replaced }] of Object.entries(poolLoads())) this.inc({ pool }, replaced);
    },
  });
  new Gauge({
    name: "once_build_info",
    help: "Always 1: which build this server runs.",
    labelNames: ["version", "deployment"],
    registers,
  }).set({ version: packageJson.version, deployment: process.env.ONCE_DEPLOYMENT_ID ?? "" }, 1);
}

type PoolLoadNow = NonNullable<ReturnType<typeof poolLoads>["settling"]>;
