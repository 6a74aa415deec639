/** Payments a second into one hot account and spread over ten thousand, by us and by the rivals. */
import { sendBatch } from "../db/payments/settle-statement.ts";
import type { SettlementEntry } from "../db/payments/settlement.ts";
import { type Figure, figure } from "./figure.ts";
import { paying } from "./paying.ts";
import { type ByHand, byHand, pgbench } from "./rivals.ts";
import { measure, type Pace, takingFrom } from "./rounds.ts";
import { makeKeys, transferOf, type World } from "./world.ts";

/** As many as a popular merchant has at once; the goals are about these. */
const RUSH = 256;
const IN_FLIGHT = [1, 8, 32, RUSH] as const;

export type ThroughputPoint = {
  inFlight: number;
  hot: number;
  spread: number;
  byHand: number;
  oneByOne: number;
};

/** Payments a second by all contestants, `inFlight` at a time. */
async function measurePoint(
  world: World,
  hand: ByHand,
  inFlight: number,
  pace: Pace,
): Promise<ThroughputPoint> {
  const oneByOne = async (entry: SettlementEntry) => (await sendBatch([entry]))[0];
  const measured = await measure(
    [
      paying(world, "hot", inFlight, "hot"),
      paying(world, "spread", inFlight, "spread"),
      paying(world, "one by one", inFlight, "hot", oneByOne),
      {
        name: "by hand",
        inFlight,
        async prepare(count) {
          const rows = await makeKeys(world, count, "transfer");
          return takingFrom(rows, (row) => hand.pay(transferOf(row, "hot"), row.purposeId));
        },
      },
    ],
    pace,
  );
  const rate = (name: string) => measured.get(name)?.perSecond ?? Number.NaN;
  return {
    inFlight,
    hot: rate("hot"),
    spread: rate("spread"),
    byHand: rate("by hand"),
    oneByOne: rate("one by one"),
  };
}

/** A point against its rivals. `where` goes before each figure's name; the goals are those of a rush. */
function figuresOf({ inFlight, hot, spread, byHand, oneByOne }: ThroughputPoint, where = ""): Figure[] {
  const name = `${where}hot account, at ${inFlight} in flight`;
  const isRush = inFlight === RUSH;
  const against = (suffix: string, of: string, rival: number, goal: `${"≥" | "≤"} ${number}`): Figure =>
    figure(`${name}${suffix}`, "payments/s", hot, of, rival, isRush ? goal : undefined);
  return [
    against("", "interactive Drizzle transactions into it", byHand, "≥ 30"),
    against(", group commit", "one call per payment into it", oneByOne, "≥ 15"),
    against(", beside many", "spread over 10,000 accounts", spread, "≥ 0.95"),
  ];
}

export async function throughput(
  world: World,
  pace: Pace,
): Promise<{ figures: Figure[]; points: ThroughputPoint[] }> {
  const hand = byHand(world.ownerUrl);
  const points: ThroughputPoint[] = [];
  for (const inFlight of IN_FLIGHT) points.push(await measurePoint(world, hand, inFlight, pace));
  await hand.end();
  return { figures: points.flatMap((point) => figuresOf(point)), points };
}

/** A rush alone; `where` says in which world. */
export async function rush(world: World, where: string, pace: Pace): Promise<Figure[]> {
  const hand = byHand(world.ownerUrl);
  const point = await measurePoint(world, hand, RUSH, pace);
  await hand.end();
  return figuresOf(point, where);
}

/** The same machine and server under pgbench, for scale; nothing where it is not installed. */
export function besidePgbench(adminUrl: string, hotPerSecond: number, pace: Pace): Figure[] {
  const tps = pgbench(adminUrl, 32, Math.max(2, Math.round((pace.rounds * pace.roundMs) / 1000)));
  if (tps === undefined) return [];
  return [
    figure(
      "hot account, at 256 in flight, beside pgbench",
      "payments/s",
      hotPerSecond,
      "pgbench's TPC-B-like transactions on one branch, 32 clients, measured once after it",
      tps,
    ),
  ];
}
