/** What happened in the window of each fault, which lasts until the next one begins. */
import { type History, isInDoubt, isPayment } from "../workload/history.ts";
import type { Facts } from "./facts.ts";
import type { Anomaly, Violation } from "./violation.ts";

export type FaultWindow = { fault: string; fromMs: number };

/** `resolved`: payments without a known outcome at first, whose client has learnt it since. */
export type Tally = { seconds: number; payments: number; resolved: number } & Record<Anomaly, number>;

export const EMPTY_TALLY: Tally = {
  seconds: 0,
  payments: 0,
  resolved: 0,
  duplicate: 0,
  loss: 0,
  lie: 0,
  stuck: 0,
};

/** A payment and its violations belong to the fault in whose window it was first sent; all others are under "". */
export function tallyByFault(
  faultWindows: readonly FaultWindow[],
  history: History,
  facts: Facts,
  violations: readonly Violation[],
): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  const tallyOf = (fault: string): Tally => {
    const tally = tallies.get(fault) ?? { ...EMPTY_TALLY };
    tallies.set(fault, tally);
    return tally;
  };
  for (const [n, { fault, fromMs }] of faultWindows.entries()) {
    const next = faultWindows[n + 1];
    if (next) tallyOf(fault).seconds += (next.fromMs - fromMs) / 1_000;
  }
  const stuck = new Set(violations.filter(({ anomaly }) => anomaly === "stuck").map(({ key }) => key));
  const faultOf = new Map<string, string>();
  let at = -1;
  // Exchanges stand in the order in which they began.
  for (const exchange of history.exchanges) {
    while ((faultWindows[at + 1]?.fromMs ?? Infinity) <= exchange.invokedAtMs) at += 1;
    const fault = faultWindows[at]?.fault ?? "";
    if (exchange.key !== undefined && !faultOf.has(exchange.key)) faultOf.set(exchange.key, fault);
    if (isPayment(exchange) && isInDoubt(exchange) && !stuck.has(exchange.key)) tallyOf(fault).resolved += 1;
  }
  for (const payment of facts.payments)
    if (payment.status === "succeeded") tallyOf(faultOf.get(payment.id) ?? "").payments += 1;
  for (const { key, anomaly } of violations) tallyOf(faultOf.get(key ?? "") ?? "")[anomaly] += 1;
  return tallies;
}
