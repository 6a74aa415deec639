/** Two application processes on one hot account against one: batches of both queue for the same row. */
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Figure, figure } from "./figure.ts";
import { median, type Pace } from "./rounds.ts";
import type { World } from "./world.ts";

const PAYER = fileURLToPath(new URL("./payer.ts", import.meta.url));
const IN_FLIGHT = 256;

/** A process that settles into the hot account when told to, for as long as it is told. */
async function spawnPayer(world: World) {
  const child = fork(PAYER, [world.appUrl, world.ownerUrl, String(IN_FLIGHT)], {
    execArgv: ["--import", "tsx"],
  });
  const ended = once(child, "exit");
  const told = () =>
    Promise.race([once(child, "message"), ended.then(() => Promise.reject(new Error("A payer has died.")))]);
  await told();
  const ask = async (command: "prepare" | "pay", ms: number) => {
    child.send({ command, ms });
    const [answer] = (await told()) as [{ perSecond: number }];
    return answer.perSecond;
  };
  return {
    prepare: (ms: number) => ask("prepare", ms),
    pay: (ms: number) => ask("pay", ms),
    async end() {
      child.disconnect();
      await ended;
    },
  };
}

export async function processes(world: World, pace: Pace): Promise<Figure[]> {
  const payers = [await spawnPayer(world), await spawnPayer(world)];
  const [first] = payers;
  if (!first) throw new Error("Bug: no payer.");
  const one: number[] = [];
  const two: number[] = [];
  for (let round = 0; round <= pace.rounds; round += 1) {
    await first.prepare(pace.roundMs);
    const alone = await first.pay(pace.roundMs);
    await Promise.all(payers.map((payer) => payer.prepare(pace.roundMs)));
    const together = await Promise.all(payers.map((payer) => payer.pay(pace.roundMs)));
    if (round === 0) continue;
    one.push(alone);
    two.push(together.reduce((sum, rate) => sum + rate, 0));
  }
  await Promise.all(payers.map((payer) => payer.end()));
  return [
    figure(
      "two processes into one hot account",
      "payments/s",
      median(two),
      `one process, ${IN_FLIGHT} in flight each`,
      median(one),
    ),
  ];
}
