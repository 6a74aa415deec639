/** Deletes expired keys; until that has happened, an expired key is still open. */
import { database } from "../connection/client.ts";

/** Small enough that the statement stays far below its timeout and holds few locks. */
const KEYS_PER_STATEMENT = 500;

/** Reaps until nothing expired is left to take, and returns how many keys went. Safe on several servers at once. */
export async function reapKeys(): Promise<number> {
  let total = 0;
  for (;;) {
    const [row] = await database().keys<
      { reaped: number }[]
    >`select reap_keys_v1(${KEYS_PER_STATEMENT}) as reaped`;
    const reaped = row?.reaped ?? 0;
    total += reaped;
    if (reaped < KEYS_PER_STATEMENT) return total;
  }
}
