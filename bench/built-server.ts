/** A build, served over HTTP on a database of its own, with people who pay there; for measuring any build that has the same API. */
import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { uuidv7 } from "uuidv7";
import { provision } from "../db/setup/provision.ts";
import { onceClient } from "../lib/client/client.ts";
import { serverOf } from "./http.ts";
import { type Ask, apiKeyOf, clientOf, IN_FLIGHT, makeApiKeys, PAYERS, requestOf } from "./http-client.ts";
import { accountId, dropWorld, HOT, userId } from "./world.ts";

const WEALTH_MINOR = "1000000000000";
/** Replays go round in what has been paid: as many as these. */
const REPLAYED = 1_000;
/** What a server has in memory to write later, it writes within a second; the journal is sealed every three. */
const WRITTEN_AFTER_MS = 1_200;
const SEALED_WITHIN_MS = 30_000;
const POLL_MS = 100;

export type BuiltServer = {
  /** Requests to pay, under as many keys as that. */
  makePayments(count: number): Promise<Ask[]>;
  /** Makes room for keys, so that no payer has as many open as a payer may have. */
  forgetKeys(): Promise<void>;
  /** Sends one of these, and throws where the answer is another than is expected. */
  pay(request: Ask): Promise<void>;
  replay(): Promise<void>;
  issueKey(): Promise<void>;
  askEmpty(): Promise<void>;
  /** Resolves when the server has done what it does beside its requests: nobody who is measured next pays for that. */
  quiet(): Promise<void>;
  end(): Promise<void>;
};

/** The columns that every build has had: payers with money and an API key each, and the hot payee. */
async function makePeople(owner: postgres.Sql<{ bigint: bigint }>): Promise<void> {
  for (const n of [...Array.from({ length: PAYERS }, (_, at) => at + 1), HOT]) {
    await owner`insert into users (id, name, email, handle, role)
                values (${userId(n)}, ${`Person ${n}`}, ${`${n}@bench.test`}, ${`p${n}`}, 'payer')`;
    await owner`insert into ledger_accounts (id, owner_id, purpose, currency, balance_minor)
                values (${accountId(n)}, ${userId(n)}, 'wallet', 'USD', ${WEALTH_MINOR}::bigint)`;
  }
  await makeApiKeys(owner);
  await owner`vacuum analyze`;
}

function keyRequest(payer: number): Ask {
  const body = JSON.stringify({ purpose: { kind: "transfer", intentId: randomUUID() } });
  return {
    method: "POST",
    path: "/api/idempotency-keys",
    headers: {
      authorization: `Bearer ${apiKeyOf(payer)}`,
      "content-type": "application/json",
      "content-length": String(body.length),
    },
    body,
  };
}

/** Starts the build in the folder `root`, whose `next build` has been run, on a new database called after `name`. */
export async function startBuilt(adminUrl: string, root: string, name: string): Promise<BuiltServer> {
  const database = `once_bench_${name}`;
  await dropWorld(adminUrl, database);
  const urls = await provision(adminUrl, database);
  const server = await serverOf(urls, root, `bench-server-${name}`);
  await server.start();
  const owner = postgres(urls.ownerUrl, { max: 1, onnotice: () => {}, types: { bigint: postgres.BigInt } });
  await makePeople(owner);
  const { ask, close } = clientOf(server.port);

  const demand = async (request: Ask, status: number, isReplay = false): Promise<void> => {
    const told = await ask(request);
    if (told.status !== status || told.isReplay !== isReplay)
      throw new Error(`Bug: ${name} answered ${told.status}${told.isReplay ? " as a replay" : ""}.`);
  };

  // One key as a program gets it; whatever else a build keeps of one, others are made like it.
  const client = onceClient({ baseUrl: `http://127.0.0.1:${server.port}`, apiKey: apiKeyOf(1) });
  const issued = await client.issueKey({ kind: "transfer", intentId: randomUUID() });
  if (issued.type !== "ok" || issued.value.state !== "open") throw new Error(`Bug: ${name} issued no key.`);
  await owner`create table bench_key as select * from idempotency_keys where key = ${issued.value.key}`;
  const makePayments = async (count: number): Promise<Ask[]> => {
    const rows = Array.from({ length: count }, (_, n) => ({ payer: 1 + (n % PAYERS), key: uuidv7() }));
    await owner`
      insert into idempotency_keys
      select made.* from bench_key,
             unnest(${rows.map((row) => userId(row.payer))}::uuid[], ${rows.map((row) => row.key)}::uuid[]) t (u, k),
             jsonb_populate_record(null::idempotency_keys, to_jsonb(bench_key) ||
               jsonb_build_object('user_id', u, 'key', k, 'purpose_id', gen_random_uuid())) made`;
    return rows.map(({ payer, key }) => requestOf(payer, key));
  };
  const pay = (request: Ask) => demand(request, 201);
  const paid = await makePayments(REPLAYED);
  for (let at = 0; at < paid.length; at += IN_FLIGHT)
    await Promise.all(paid.slice(at, at + IN_FLIGHT).map(pay));
  let turn = 0;
  return {
    makePayments,
    pay,
    async forgetKeys() {
      await owner`delete from idempotency_keys`;
      await owner`vacuum idempotency_keys`;
    },
    async replay() {
      const request = paid[turn++ % paid.length];
      if (!request) throw new Error("Bug: nothing was paid.");
      await demand(request, 201, true);
    },
    issueKey: () => demand(keyRequest(1 + (turn++ % PAYERS)), 201),
    askEmpty: () => demand({ method: "GET", path: "/api/health/live", headers: {} }, 200),
    async quiet() {
      await new Promise((resolve) => setTimeout(resolve, WRITTEN_AFTER_MS));
      for (const untilMs = performance.now() + SEALED_WITHIN_MS; performance.now() < untilMs; ) {
        const [left] = await owner<{ isLeft: boolean }[]>`
          select (select count(*) from ledger_transfers) > (select count(*) from ledger_seals) as "isLeft"`;
        if (!left?.isLeft) break;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    async end() {
      close();
      await owner.end();
      server.signal("SIGTERM");
      await server.ended();
      await dropWorld(adminUrl, database);
    },
  };
}
