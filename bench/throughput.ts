/** Payments a second into one hot account and spread over ten thousand, by us and by the rivals. */
import { settle } from "../db/payments/settle.ts";
import { sendBatch } from "../db/payments/statement.ts";
import { type Figure, figure } from "./figure.ts";
import { byHand, pgbench } from "./rivals.ts";
import { type Contestant, measure, type Pace } from "./rounds.ts";
import { makeKeys, transferOf, type World } from "./world.ts";

const IN_FLIGHT = [1, 8, 32, 256] as const;

/** How a contestant settles one prepared payment. */
type Pay = (entry: ReturnType<typeof transferOf>, purposeId: string) => Promise<unknown>;

function contestant(
  world: World,
  name: string,
  inFlight: number,
  to: "hot" | "spread",
  pay: Pay,
): Contestant {
  return {
    name,
    inFlight,
    async prepare(count) {
      const rows = await makeKeys(world, count, "transfer");
      const entries = rows.map((row) => ({ entry: transferOf(row, to), purposeId: row.purposeId }));
      return async () => {
        const next = entries.pop();
        if (!next) throw new Error("Bug: more was done than prepared.");
        await pay(next.entry, next.purposeId);
      };
    },
  };
}

/** Settles, and demands that it was paid: a fast refusal is no payment. */
const through =
  (send: (entry: Parameters<Pay>[0]) => ReturnType<typeof settle>): Pay =>
  async (entry) => {
    const settlement = await send(entry);
    if (settlement.verdict !== "settled" || settlement.payment.status !== "succeeded")
      throw new Error(`Bug: a bench payment was ${settlement.verdict}.`);
  };

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
  const batched = through(settle);
  const oneByOne = through(async (entry) => {
    const [settlement] = await sendBatch([entry]);
    if (!settlement) throw new Error("Bug: no answer.");
    return settlement;
  });
  for (const inFlight of IN_FLIGHT) {
    const at = `at ${inFlight} in flight`;
    const measured = await measure(
      [
        contestant(world, "hot", inFlight, "hot", batched),
        contestant(world, "spread", inFlight, "spread", batched),
        contestant(world, "one by one", inFlight, "hot", oneByOne),
        contestant(world, "by hand", inFlight, "hot", hand.pay),
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
