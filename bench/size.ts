/** How much a history of millions of payments slows the next one down, and how much room a payment takes. */
import { setDatabase } from "../db/connection/client.ts";
import { type Figure, figure } from "./figure.ts";
import { paying } from "./paying.ts";
import { type Contestant, measure, type Pace } from "./rounds.ts";
import { HISTORY, type World } from "./world.ts";

const IN_FLIGHT = 32;

/** Pays in one of several worlds: settling goes to whichever database is this process's. */
function payingIn(name: string, world: World): Contestant {
  const contestant = paying(world, name, IN_FLIGHT, "spread");
  return {
    ...contestant,
    prepare(count) {
      setDatabase(world.db);
      return contestant.prepare(count);
    },
  };
}

/** The same load on a world with `many` payments in it and on one with HISTORY, both in the server's buffers. */
export async function history(large: World, small: World, many: number, pace: Pace): Promise<Figure[]> {
  const measured = await measure([payingIn("large", large), payingIn("small", small)], pace);
  const p50 = (name: string) => measured.get(name)?.p50Ms ?? Number.NaN;
  const words = (n: number) => n.toLocaleString("en-US");
  return [
    figure(
      `paying with ${words(many)} payments in the tables, median at ${IN_FLIGHT} in flight`,
      "ms",
      p50("large"),
      `with ${words(HISTORY)}`,
      p50("small"),
      "≤ 1.1",
    ),
  ];
}

/** Bytes on disk per settled payment, all of its rows and indexes, beside the payment's own row. */
export async function room(world: World): Promise<Figure[]> {
  const tables = ["payments", "ledger_transfers"];
  const size = async (what: "pg_total_relation_size" | "pg_relation_size", of: readonly string[]) => {
    let bytes = 0;
    for (const table of of) {
      const [row] = await world.owner.unsafe<{ bytes: string }[]>(
        `select ${what}('${table}')::text as bytes`,
      );
      bytes += Number(row?.bytes ?? 0);
    }
    return bytes;
  };
  const all = await size("pg_total_relation_size", tables);
  const own = await size("pg_relation_size", ["payments"]);
  // What was paid while measuring, too.
  const [row] = await world.owner<{ count: bigint }[]>`select count(*) from payments`;
  const count = Number(row?.count);
  return [
    figure(
      "room of a settled payment, rows and indexes",
      "bytes",
      all / count,
      "its row in payments",
      own / count,
    ),
  ];
}
