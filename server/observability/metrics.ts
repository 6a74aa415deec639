/**
 * What this server counts about itself, for Prometheus. In the process's memory: no payment waits for a
 * count, and all are lost with the process, which Prometheus knows how to read.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from "prom-client";
import type { Attempt } from "@/db/attempts/record";
import { paymentAttempts } from "@/db/schema/attempts";
import { SECURITY_KINDS, type SecurityKind } from "@/db/security/kinds";
import { MAIL_KINDS } from "../mail/content.ts";
import { databaseMetricsText } from "./database-metrics.ts";
import { registerProcess, registerSettling } from "./service-metrics.ts";

/** From a replay's few milliseconds to the deadline of a payment. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15];

const MAIL_OUTCOMES = ["sent", "failed", "given-up"] as const;

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
  const securityEvents = new Counter({
    name: "once_security_events_total",
    help: "Security events by kind: sign-ins, lock-outs, keys and passwords that changed, and whatever was refused.",
    labelNames: ["kind"],
    registers,
  });
  const lostSpans = new Counter({
    name: "once_trace_spans_lost_total",
    help: "Spans that no collector has taken.",
    registers,
  });
  // From the beginning, so that the first one is seen as an increase.
  for (const channel of paymentAttempts.channel.enumValues)
    for (const verdict of paymentAttempts.verdict.enumValues) payments.inc({ channel, verdict }, 0);
  for (const kind of MAIL_KINDS) for (const outcome of MAIL_OUTCOMES) mails.inc({ kind, outcome }, 0);
  for (const kind of SECURITY_KINDS) securityEvents.inc({ kind }, 0);
  registerSettling(registry);
  registerProcess(registry);
  return { registry, requests, fastPath, payments, mails, securityEvents, lostSpans };
}

// On globalThis, because routes and actions may be bundled apart; what they count is one.
const processGlobals = globalThis as typeof globalThis & { onceMetrics?: ReturnType<typeof makeMetrics> };

function metrics(): ReturnType<typeof makeMetrics> {
  processGlobals.onceMetrics ??= makeMetrics();
  return processGlobals.onceMetrics;
}

/** Counts from now on. Called as the server starts, so that the first payment is counted as well. */
export function startMetrics(): void {
  metrics();
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
export function countMail(kind: string, outcome: (typeof MAIL_OUTCOMES)[number]): void {
  metrics().mails.inc({ kind, outcome });
}

/** Counts spans of traces that could not be delivered. */
export function countLostSpans(count: number): void {
  metrics().lostSpans.inc(count);
}

/** All of it in Prometheus's text format, with what the database says, where it says it in time. */
/** Counts a security event. */
export function countSecurityEvent(kind: SecurityKind): void {
  metrics().securityEvents.inc({ kind });
}

/** All of it in Prometheus's text format. */
export async function metricsText(): Promise<{ text: string; contentType: string }> {
  const { registry } = metrics();
  const [counted, read] = await Promise.all([registry.metrics(), databaseMetricsText()]);
  return { text: `${counted}\n${read}`, contentType: registry.contentType };
}
