/**
 * `npm run bench` (`-- --quick` for two minutes): measures settling against what else one could do, on an embedded server
 * of its own. `-- --against DIR`: measures this build over HTTP against the one in DIR, in turns, and that alone; writes no report.
 * `-- --pgledger DIR`: takes pgledger's SQL from a copy of its repository; else it is downloaded. Exit code 1 where a goal is missed.
 */
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { startEmbedded } from "../db/embedded/server.ts";
import { againstBuild } from "./against.ts";
import type { Figure } from "./figure.ts";
import { overHttp } from "./http.ts";
import { isolation } from "./key-issuing-load.ts";
import { kinds } from "./kinds.ts";
import { latency } from "./latency.ts";
import { besidePeers } from "./peers/peers.ts";
import { processes } from "./processes.ts";
import { reconciling } from "./reconciling.ts";
import { printTable, writeReport } from "./report.ts";
import { history, room } from "./size.ts";
import { slowCommits } from "./slow-commit.ts";
import { besidePgbench, throughput } from "./throughput.ts";
import { checkpoint, dropWorld, fill, HISTORY, makeWorld, warm } from "./world.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const isQuick = process.argv.includes("--quick");
/** A round is long enough for hundreds of commits; five of each, interleaved, make a median that a hiccup does not move. */
const pace = isQuick ? { rounds: 3, roundMs: 700 } : { rounds: 5, roundMs: 2_000 };
const MANY = isQuick ? 200_000 : 5_000_000;

/** A quarter of the memory for pages, as PostgreSQL's documentation advises, and checkpoints that are not forced by the log. */
const SETTINGS = {
  shared_buffers: `${Math.max(256, Math.floor(os.totalmem() / 2 ** 22))}MB`,
  max_wal_size: "16GB",
};

const startedMs = performance.now();
const server = await startEmbedded(path.join(root, ".data", "bench"), SETTINGS);
const figures: Figure[] = [];
const report = (found: readonly Figure[]): void => {
  printTable(found);
  figures.push(...found);
};

const { against, pgledger } = parseArgs({
  options: { against: { type: "string" }, pgledger: { type: "string" } },
  strict: false,
}).values;
if (typeof against === "string") {
  report(await againstBuild(server.adminUrl, against, pace));
  await server.stop();
  process.exit(figures.every((figure) => figure.holds !== false) ? 0 : 1);
}

const world = await makeWorld(server.adminUrl, "once_bench");
const rush = await throughput(world, pace);
report(rush.figures);
report(besidePgbench(server.adminUrl, rush.points.at(-1)?.hot ?? Number.NaN, pace));
report(await latency(world, pace));
report(await kinds(world, pace));
report(await isolation(world, pace));
report(await processes(world, pace));
await world.close();
await dropWorld(server.adminUrl, "once_bench");

report(await slowCommits(server.adminUrl, "once_bench_slow", pace));

// Of its own: millions of rows from before would be vacuumed meanwhile, beside a server that has the same two cores.
const web = await makeWorld(server.adminUrl, "once_bench_web");
await checkpoint(server.adminUrl);
report(await overHttp(web, pace));
await web.close();
await dropWorld(server.adminUrl, "once_bench_web");

const shop = await makeWorld(server.adminUrl, "once_bench_shop");
await checkpoint(server.adminUrl);
report(await besidePeers(shop, server.adminUrl, typeof pgledger === "string" ? pgledger : undefined, pace));
await shop.close();
await dropWorld(server.adminUrl, "once_bench_shop");

const small = await makeWorld(server.adminUrl, "once_bench_small");
const large = await makeWorld(server.adminUrl, "once_bench_large");
await fill(large, MANY - HISTORY);
for (const name of ["once_bench_small", "once_bench_large"]) await warm(server.adminUrl, name);
await checkpoint(server.adminUrl);
report(await history(large, small, MANY, pace));
report(await room(large));
report(await reconciling(small, pace));
await Promise.all([small.close(), large.close()]);

const admin = postgres(server.adminUrl, { max: 1, onnotice: () => {} });
const [version] = await admin<
  { serverVersion: string }[]
>`select current_setting('server_version') as "serverVersion"`;
await admin.end();
for (const name of ["once_bench_small", "once_bench_large"]) await dropWorld(server.adminUrl, name);
await server.stop();

const minutes = Math.round((performance.now() - startedMs) / 60_000);
await writeReport(root, {
  figures,
  points: rush.points,
  isQuick,
  serverVersion: version?.serverVersion ?? "",
  minutes,
});
const missed = figures.filter((figure) => figure.holds === false);
for (const { name, goal, ratio } of missed)
  console.info(`Missed: ${name}: ${ratio.toFixed(2)}, goal ${goal}.`);
console.info(`docs/BENCHMARKS.md and bench/results.json are written, after ${minutes} minutes.`);
process.exit(missed.length === 0 ? 0 : 1);
