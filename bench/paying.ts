/** Contestants that settle payments, each made beforehand. */

import { settle } from "../db/payments/settle.ts";
import type { Settlement, SettlementEntry } from "../db/payments/settlement.ts";
import { type Contestant, takingFrom } from "./rounds.ts";
import { makeKeys, transferOf, type World } from "./world.ts";

/** Settles, and demands that it was paid: a fast refusal is no payment. */
export async function pay(
  entry: SettlementEntry,
  send: (entry: SettlementEntry) => Promise<Settlement | undefined> = settle,
): Promise<void> {
  const settlement = await send(entry);
  if (settlement?.verdict !== "settled" || settlement.payment.status !== "succeeded")
    throw new Error(`Bug: a bench payment was ${settlement?.verdict ?? "not answered"}.`);
}

/** Keys for `count` transfers, and the entries that use them. */
export async function makeTransfers(
  world: World,
  count: number,
  to: "hot" | "spread",
): Promise<SettlementEntry[]> {
  return (await makeKeys(world, count, "transfer")).map((row) => transferOf(row, to));
}

/** Pays transfers into one hot account, or spread over many. */
export function paying(
  world: World,
  name: string,
  inFlight: number,
  to: "hot" | "spread",
  send?: Parameters<typeof pay>[1],
): Contestant {
  return {
    name,
    inFlight,
    prepare: async (count) => takingFrom(await makeTransfers(world, count, to), (entry) => pay(entry, send)),
  };
}
