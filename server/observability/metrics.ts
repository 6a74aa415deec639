/**
 * What this server counts about itself, for Prometheus. In the process's memory: no payment waits for a
 * count, and all are lost with the process, which Prometheus knows how to read.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";
import type { Attempt } from "@/db/attempts/record";
import { settlingLoad } from "@/db/payments/settle";

/** From a replay's few milliseconds to the deadline of a payment. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

function makeMetrics() {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: "once_http_request_duration_seconds",
    help: "Requests to the HTTP API and to plain forms, by route and status.",
    labelNames: ["route", "status"],
    buckets: REQUEST_SECONDS,
    registers,
  });
  const fastPath = new Counter({
    name: "once_fast_path_requests_total",
    help: "Requests to the HTTP API that were answered ahead of Next.js's router.",
    registers,
  });
  const payments = new Counter({
    name: "once_payment_requests_total",
    help: "Requests to pay, by channel and by what they were told.",
    labelNames: ["channel", "verdict"],
    registers,
  });
  const mails = new Counter({
    name: "once_mails_total",
    help: "Mails by kind, and what became of a try: sent, failed (it is tried again) or given up.",
    labelNames: ["kind", "outcome"],
    registers,
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
  return { registry, requests, fastPath, payments, mails };
}

// On globalThis, because routes and actions may be bundled apart; what they count is one.
const processGlobals = globalThis as typeof globalThis & { onceMetrics?: ReturnType<typeof makeMetrics> };

function metrics(): ReturnType<typeof makeMetrics> {
  processGlobals.onceMetrics ??= makeMetrics();
  return processGlobals.onceMetrics;
}

/** Counts an answer of the route called `route`. */
export function countRequest(route: string, status: number, seconds: number): void {
  metrics().requests.observe({ route, status }, seconds);
}

/** Counts a request that the fast path took. */
export function countFastPath(): void {
  metrics().fastPath.inc();
}

/** Counts a request to pay. */
export function countPayment(channel: Attempt["channel"], verdict: Attempt["verdict"]): void {
  metrics().payments.inc({ channel, verdict });
}

/** Counts a try to send a mail, or one that is given up. */
export function countMail(kind: string, outcome: "sent" | "failed" | "given-up"): void {
  metrics().mails.inc({ kind, outcome });
}

/** All of it in Prometheus's text format. */
export async function metricsText(): Promise<{ text: string; contentType: string }> {
  const { registry } = metrics();
  return { text: await registry.metrics(), contentType: registry.contentType };
}
