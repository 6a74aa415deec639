/** Payments a second into one hot account and spread over ten thousand, by us and by the rivals. */
import { type SettlementEntry, sendBatch } from "../db/payments/statement.ts";
import { type Figure, figure } from "./figure.ts";
import { paying } from "./paying.ts";
import { byHand, pgbench } from "./rivals.ts";
import { measure, type Pace, takingFrom } from "./rounds.ts";
import { makeKeys, transferOf, type World } from "./world.ts";

const IN_FLIGHT = [1, 8, 32, 256] as const;

export type ThroughputPoint = {
  inFlight: number;
  hot: number;
  spread: number;
  byHand: number;
  oneByOne: number;
};

export async function throughput(
  world: World,
  pace: Pace,
): Promise<{ figures: Figure[]; points: ThroughputPoint[] }> {
  const hand = byHand(world.ownerUrl);
  const figures: Figure[] = [];
  const points: ThroughputPoint[] = [];
  const oneByOne = async (entry: SettlementEntry) => (await sendBatch([entry]))[0];
  for (const inFlight of IN_FLIGHT) {
    const at = `at ${inFlight} in flight`;
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
    const isRush = inFlight === 256;
    points.push({
      inFlight,
      hot: rate("hot"),
      spread: rate("spread"),
      byHand: rate("by hand"),
      oneByOne: rate("one by one"),
    });
    figures.push(
      figure(
        `hot account, ${at}`,
        "payments/s",
        rate("hot"),
        "interactive Drizzle transactions into it",
        rate("by hand"),
        isRush ? "≥ 30" : undefined,
      ),
      figure(
        `hot account, ${at}, group commit`,
        "payments/s",
        rate("hot"),
        "one call per payment into it",
        rate("one by one"),
        isRush ? "≥ 15" : undefined,
      ),
      figure(
        `hot account, ${at}, beside many`,
        "payments/s",
        rate("hot"),
        "spread over 10,000 accounts",
        rate("spread"),
        isRush ? "≥ 0.95" : undefined,
      ),
    );
  }
  await hand.end();
  return { figures, points };
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
      "pgbench's TPC-B-like transactions on one branch, 32 clients",
      tps,
    ),
  ];
}
