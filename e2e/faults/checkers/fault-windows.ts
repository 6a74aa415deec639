/** What happened while each fault lasted, until the next one came: payments, what was unknown for a while, and what contradicts the promise. */

import { type Exchange, type History, isInDoubt } from "../workload/history.ts";
import type { Harm, Violation } from "./contradiction.ts";
import type { Facts } from "./facts.ts";

/** From the time at which a fault began. Spells follow one another without a gap. */
export type Spell = { fault: string; fromMs: number };

/** `resolved`: tries to pay that left their outcome open, and whose client knows it since. */
export type Tally = { seconds: number; payments: number; resolved: number } & Record<Harm, number>;

export const NOTHING: Tally = {
  seconds: 0,
  payments: 0,
  resolved: 0,
  duplicate: 0,
  loss: 0,
  lie: 0,
  stuck: 0,
};

/**
 * Tallies by fault. A payment, and what contradicts the promise about it, belongs to the fault during which it was first
 * sent; what was sent before the first fault, or is about no key, stands under "".
 */
export function tallyBySpell(
  spells: readonly Spell[],
  history: History,
  facts: Facts,
  violations: readonly Violation[],
): Map<string, Tally> {
  const tallies = new Map<string, Tally>();
  const tallyOf = (fault: string): Tally => {
    const tally = tallies.get(fault) ?? { ...NOTHING };
    tallies.set(fault, tally);
    return tally;
  };
  for (const [n, { fault, fromMs }] of spells.entries()) {
    const next = spells[n + 1];
    if (next) tallyOf(fault).seconds += (next.fromMs - fromMs) / 1_000;
  }
  const stuck = new Set(violations.filter(({ harm }) => harm === "stuck").map(({ key }) => key));
  const faultOf = new Map<string, string>();
  let at = -1;
  // Exchanges stand in the order in which they began.
  for (const exchange of history.exchanges) {
    for (let next = spells[at + 1]; next && next.fromMs <= exchange.invokedAtMs; next = spells[at + 1])
      at += 1;
    const fault = spells[at]?.fault ?? "";
    if (exchange.key !== undefined && !faultOf.has(exchange.key)) faultOf.set(exchange.key, fault);
    if (isPaying(exchange) && isInDoubt(exchange) && !stuck.has(exchange.key)) tallyOf(fault).resolved += 1;
  }
  for (const payment of facts.payments)
    if (payment.status === "succeeded") tallyOf(faultOf.get(payment.id) ?? "").payments += 1;
  for (const { key, harm } of violations) tallyOf(faultOf.get(key ?? "") ?? "")[harm] += 1;
  return tallies;
}

function isPaying({ method, key }: Exchange): boolean {
  return method === "POST" && key !== undefined;
}
