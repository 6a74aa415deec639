/**
 * Over HTTP: this build beside another one, each a server of its own on a database of its own. They are measured in pairs: one
 * round of the one, one of the other, the order changing from pair to pair, and between rounds both servers come to rest, so that
 * what one leaves behind (its journal to seal, its arrivals to write) is nobody else's work.
 */
import os from "node:os";
import path from "node:path";
import { projectRoot } from "../e2e/faults/app-server.ts";
import { type BuiltServer, startBuilt } from "./built-server.ts";
import { type Figure, figure } from "./figure.ts";
import { IN_FLIGHT } from "./http-client.ts";
import { closedLoop, median, openLoop, type Pace, takingFrom } from "./rounds.ts";

/** What a shop's rush asks of one server, and less than the slower build can do. */
const OFFERED_PER_SECOND = 200;
/** Rounds of latency are as many times longer than those of throughput: a 99th percentile is told from the slowest few. */
const LATENCY_TIMES = 5;
/** Not counted: emptying the table of keys has every connection plan its statements anew, which few payments would otherwise pay for. */
const PLANNING_MS = 1_000;
/** What a first round prepares for; later ones for half as much again as the round before has used. */
const STARTING_PER_SECOND = 1_500;
const MARGIN = 1.5;
/** Others may have kept the machine this busy while both servers rested, and the figures still say something. */
const BUSY_MAX = 0.1;

/** One round of a build: what it came to. */
type Round = (build: BuiltServer) => Promise<number>;

/** The share of the machine's time that was used between two of these. */
function busySince(before: os.CpuInfo[]): number {
  const sum = (cpus: os.CpuInfo[], part: (times: os.CpuInfo["times"]) => number) =>
    cpus.reduce((total, { times }) => total + part(times), 0);
  const all = ({ user, nice, sys, irq, idle }: os.CpuInfo["times"]) => user + nice + sys + irq + idle;
  const now = os.cpus();
  const idle = sum(now, ({ idle }) => idle) - sum(before, ({ idle }) => idle);
  return 1 - idle / Math.max(1, sum(now, all) - sum(before, all));
}

function perSecondOf(
  roundMs: number,
  prepare: (build: BuiltServer, count: number) => Promise<() => Promise<void>>,
): Round {
  const expected = new Map<BuiltServer, number>();
  return async (build) => {
    const count = Math.ceil(((expected.get(build) ?? STARTING_PER_SECOND) * roundMs) / 1_000) + IN_FLIGHT;
    const work = await prepare(build, count);
    const { perSecond } = await closedLoop(work, IN_FLIGHT, count, roundMs);
    expected.set(build, perSecond * MARGIN);
    return perSecond;
  };
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
}

const spread = (values: readonly number[]) => values.map((value) => value.toPrecision(3)).join(" ");

/** Measures this build against the one in the folder `other`, whose `next build` has been run. */
export async function againstBuild(adminUrl: string, other: string, pace: Pace): Promise<Figure[]> {
  const ours = await startBuilt(adminUrl, projectRoot, "this");
  const theirs = await startBuilt(adminUrl, path.resolve(other), "that");
  const of = `the build in ${path.basename(other)}`;
  const busy: number[] = [];

  /** Rounds in pairs, of which the first does not count: the medians of both, and on the screen what every pair came to. */
  async function inPairs(what: string, one: Round): Promise<{ ours: number; theirs: number }> {
    const pairs: { ours: number; theirs: number }[] = [];
    const round = async (build: BuiltServer) => {
      const result = await one(build);
      await build.quiet();
      const before = os.cpus();
      await new Promise((resolve) => setTimeout(resolve, 200));
      busy.push(busySince(before));
      return result;
    };
    for (let n = 0; n <= pace.rounds; n += 1) {
      const first = n % 2 === 0 ? ours : theirs;
      const [before, after] = [await round(first), await round(first === ours ? theirs : ours)];
      if (n > 0)
        pairs.push(first === ours ? { ours: before, theirs: after } : { ours: after, theirs: before });
    }
    console.info(
      `${what}: ${spread(pairs.map((pair) => pair.ours))} against ${spread(pairs.map((pair) => pair.theirs))}`,
    );
    console.info(`  ratio of each pair: ${spread(pairs.map((pair) => pair.ours / pair.theirs))}`);
    return { ours: median(pairs.map((pair) => pair.ours)), theirs: median(pairs.map((pair) => pair.theirs)) };
  }

  const rate = async (
    what: string,
    goal: "≥ 4" | "≥ 5" | undefined,
    prepare: (build: BuiltServer, count: number) => Promise<() => Promise<void>>,
  ): Promise<Figure> => {
    const found = await inPairs(what, perSecondOf(pace.roundMs, prepare));
    const name = `${what} over HTTP, at ${IN_FLIGHT} in flight, against another build`;
    return figure(name, "requests/s", found.ours, of, found.theirs, goal);
  };
  const figures = [
    await rate("payments", "≥ 4", async (build, count) => {
      await build.forgetKeys();
      return takingFrom(await build.makePayments(count), (request) => build.pay(request));
    }),
    await rate("replays", "≥ 5", async (build) => () => build.replay()),
    await rate("keys", "≥ 4", async (build) => {
      await build.forgetKeys();
      return () => build.issueKey();
    }),
    await rate("empty", undefined, async (build) => () => build.askEmpty()),
  ];
  const latencyMs = pace.roundMs * LATENCY_TIMES;
  const latency = await inPairs("99th percentile", async (build) => {
    await build.forgetKeys();
    const count = (OFFERED_PER_SECOND * (PLANNING_MS + latencyMs)) / 1_000;
    const work = takingFrom(await build.makePayments(Math.ceil(count) + 1), (request) => build.pay(request));
    await openLoop(work, OFFERED_PER_SECOND, PLANNING_MS);
    return percentile99(await openLoop(work, OFFERED_PER_SECOND, latencyMs));
  });
  figures.push(
    figure(
      `99th percentile of a payment over HTTP, ${OFFERED_PER_SECOND}/s offered, against another build`,
      "ms",
      latency.ours,
      of,
      latency.theirs,
      "≤ 0.5",
    ),
  );
  await ours.end();
  await theirs.end();
  const share = (value: number) => `${Math.round(value * 100)} %`;
  const usual = median(busy);
  console.info(
    `While both servers rested, the machine was ${share(usual)} busy (at most ${share(Math.max(...busy))}).`,
  );
  if (usual > BUSY_MAX)
    console.info("That is too much: these figures say little. Measure again on a quiet machine.");
  return figures;
}
