/** Over HTTP: this build beside another one, each a server of its own on a database of its own, in turns. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import postgres from "postgres";
import { provision } from "../db/setup/provision.ts";
import { appServer, projectRoot } from "../e2e/faults/app-server.ts";
import { onceClient } from "../lib/client/client.ts";
import { type Figure, figure } from "./figure.ts";
import {
  type Ask,
  apiKeyOf,
  clientOf,
  IN_FLIGHT,
  makeApiKeys,
  PAYERS,
  requestOf,
  SECRET,
} from "./http-client.ts";
import { type Contestant, type Measured, measure, openLoop, type Pace, takingFrom } from "./rounds.ts";
import { accountId, dropWorld, HOT, userId } from "./world.ts";

/** Replays go round in what has been paid: as many as these. */
const REPLAYED = 1_000;
/** What a shop's rush asks of one server, and less than the slower build can do. */
const OFFERED_PER_SECOND = 200;
const WEALTH_MINOR = "1000000000000";

/** A build that serves, and what it is asked. */
type Build = { contestants: Contestant[]; payAtOffered(ms: number): Promise<number[]>; end(): Promise<void> };

/** The columns that every build has had: payers with money and an API key each, and the hot payee. */
async function makePeople(ownerUrl: string): Promise<void> {
  const owner = postgres(ownerUrl, { max: 1, onnotice: () => {}, types: { bigint: postgres.BigInt } });
  for (const n of [...Array.from({ length: PAYERS }, (_, at) => at + 1), HOT]) {
    await owner`insert into users (id, name, email, handle, role)
                values (${userId(n)}, ${`Person ${n}`}, ${`${n}@bench.test`}, ${`p${n}`}, 'payer')`;
    await owner`insert into ledger_accounts (id, owner_id, purpose, currency, balance_minor)
                values (${accountId(n)}, ${userId(n)}, 'wallet', 'USD', ${WEALTH_MINOR}::bigint)`;
  }
  await makeApiKeys(owner);
  await owner`vacuum analyze`;
  await owner.end({ timeout: 5 });
}

async function startBuild(adminUrl: string, root: string, name: string): Promise<Build> {
  const database = `once_bench_${name}`;
  await dropWorld(adminUrl, database);
  const { appUrl, ownerUrl } = await provision(adminUrl, database);
  const server = await appServer(
    root,
    {
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: ownerUrl,
      ONCE_DEMO: "1",
      BETTER_AUTH_SECRET: SECRET,
      // A line for each request is written in production, too.
      LOG_LEVEL: "info",
    },
    path.join(projectRoot, ".data", `bench-server-${name}.log`),
  );
  await server.start();
  await makePeople(ownerUrl);
  const { ask, close } = clientOf(server.port);

  const demand = async (request: Ask, status: number, isReplay = false): Promise<void> => {
    const told = await ask(request);
    if (told.status !== status || told.isReplay !== isReplay)
      throw new Error(`Bug: ${name} answered ${told.status}${told.isReplay ? " as a replay" : ""}.`);
  };
  /** Keys as programs get them, whatever the build's tables are like. */
  const issued = async (count: number): Promise<Ask[]> => {
    const requests: Ask[] = [];
    const issuing = Array.from({ length: IN_FLIGHT }, async (_, first) => {
      for (let n = first; n < count; n += IN_FLIGHT) {
        const payer = 1 + (n % PAYERS);
        const client = onceClient({ baseUrl: `http://127.0.0.1:${server.port}`, apiKey: apiKeyOf(payer) });
        const key = await client.issueKey({ kind: "transfer", intentId: randomUUID() });
        if (key.type !== "ok" || key.value.state !== "open") throw new Error(`Bug: ${name} issued no key.`);
        requests.push(requestOf(payer, key.value.key));
      }
    });
    await Promise.all(issuing);
    return requests;
  };
  const paid = await issued(REPLAYED);
  const pay = (request: Ask) => demand(request, 201);
  await Promise.all(paid.map(pay));

  const keyRequest = (n: number): Ask => {
    const body = JSON.stringify({ purpose: { kind: "transfer", intentId: randomUUID() } });
    return {
      method: "POST",
      path: "/api/idempotency-keys",
      headers: {
        authorization: `Bearer ${apiKeyOf(1 + (n % PAYERS))}`,
        "content-type": "application/json",
        "content-length": String(body.length),
      },
      body,
    };
  };
  let turn = 0;
  return {
    contestants: [
      {
        name: `payments ${name}`,
        inFlight: IN_FLIGHT,
        prepare: async (count) => takingFrom(await issued(count), pay),
      },
      {
        name: `replays ${name}`,
        inFlight: IN_FLIGHT,
        prepare: async () => async () => {
          const request = paid[turn++ % paid.length];
          if (!request) throw new Error("Bug: nothing was paid.");
          await demand(request, 201, true);
        },
      },
      {
        name: `keys ${name}`,
        inFlight: IN_FLIGHT,
        async prepare() {
          // A payer may have so many open keys, and no more.
          const owner = postgres(ownerUrl, { max: 1, onnotice: () => {} });
          await owner`delete from idempotency_keys`;
          await owner.end();
          return () => demand(keyRequest(turn++), 201);
        },
      },
      {
        name: `empty ${name}`,
        inFlight: IN_FLIGHT,
        prepare: async () => () => demand({ method: "GET", path: "/api/health/live", headers: {} }, 200),
      },
    ],
    async payAtOffered(ms) {
      const requests = await issued(Math.ceil((OFFERED_PER_SECOND * ms) / 1_000) + 1);
      return openLoop(takingFrom(requests, pay), OFFERED_PER_SECOND, ms);
    },
    async end() {
      close();
      server.signal("SIGTERM");
      await server.ended();
      await dropWorld(adminUrl, database);
    },
  };
}

/** Measures this build against the one in the folder `other`, whose `next build` has been run. */
export async function againstBuild(adminUrl: string, other: string, pace: Pace): Promise<Figure[]> {
  const ours = await startBuild(adminUrl, projectRoot, "this");
  const theirs = await startBuild(adminUrl, path.resolve(other), "that");
  const inTurns = ours.contestants.flatMap((contestant, at) => [
    contestant,
    ...theirs.contestants.slice(at, at + 1),
  ]);
  const measured = await measure(inTurns, { ...pace, startingPerSecond: 1_000 });
  const latencies: Record<"ours" | "theirs", number[]> = { ours: [], theirs: [] };
  for (let round = 0; round < pace.rounds; round += 1) {
    latencies.ours.push(...(await ours.payAtOffered(pace.roundMs)));
    latencies.theirs.push(...(await theirs.payAtOffered(pace.roundMs)));
  }
  await ours.end();
  await theirs.end();
  const of = (name: string): Measured =>
    measured.get(name) ?? { perSecond: Number.NaN, p50Ms: Number.NaN, p99Ms: Number.NaN };
  const rate = (what: string, goal?: "≥ 4" | "≥ 5") =>
    figure(
      `${what} over HTTP, at ${IN_FLIGHT} in flight, against another build`,
      "requests/s",
      of(`${what} this`).perSecond,
      `the build in ${path.basename(other)}`,
      of(`${what} that`).perSecond,
      goal,
    );
  return [
    rate("payments", "≥ 4"),
    rate("replays", "≥ 5"),
    rate("keys", "≥ 4"),
    rate("empty"),
    figure(
      `99th percentile of a payment over HTTP, ${OFFERED_PER_SECOND}/s offered, against another build`,
      "ms",
      percentile99(latencies.ours),
      `the build in ${path.basename(other)}`,
      percentile99(latencies.theirs),
      "≤ 0.5",
    ),
  ];
}

function percentile99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN;
}
