/** What one would build instead, over HTTP like ours: a Next.js route with Drizzle, and one with pgledger, each with a key table. */
import { createHash, randomUUID } from "node:crypto";
import path from "node:path";
import { generateDrizzleJson, generateMigration } from "drizzle-kit/api";
import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { provision } from "../../db/setup/provision.ts";
import { projectRoot } from "../../e2e/faults/app-server.ts";
import { type Figure, figure, notRun } from "../figure.ts";
import { makeRequests, serverOf } from "../http.ts";
import { type Ask, apiKeyOf, clientOf, IN_FLIGHT, makeApiKeys, PAYERS, requestOf } from "../http-client.ts";
import { type Contestant, type Measured, measure, type Pace, takingFrom } from "../rounds.ts";
import { accountId, dropWorld, HOT, type World } from "../world.ts";
import * as schema from "./next-app/db/schema.ts";
import { startPeers } from "./peer-server.ts";
import { pgledgerSql } from "./pgledger-sql.ts";

const DATABASE = "once_bench_peers";
const WEALTH_MINOR = 1_000_000_000_000n;
const PEERS = {
  drizzle: "a Next.js route with an interactive Drizzle transaction and a key table",
  pgledger: "a Next.js route that calls pgledger, with a key table",
} as const;
type Peer = keyof typeof PEERS;
/** More than any of them does. */
const FASTEST_PER_SECOND = 3_000;

/** The peers' tables and people, as many and as rich as ours. `ledgerSql` is pgledger's, where it could be had. */
async function makePeersWorld(adminUrl: string, ledgerSql: readonly string[]): Promise<string> {
  await dropWorld(adminUrl, DATABASE);
  const { ownerUrl } = await provision(adminUrl, DATABASE);
  const client = postgres(ownerUrl, { max: 1, onnotice: () => {} });
  const casing = "snake_case";
  const db = drizzle({ client, casing });
  const tables = [{}, schema].map((part) => generateDrizzleJson(part, undefined, undefined, casing));
  for (const statement of [...(await generateMigration(...(tables as [never, never]))), ...ledgerSql])
    await client.unsafe(statement);
  const people = [...Array.from({ length: PAYERS }, (_, at) => at + 1), HOT];
  await db
    .insert(schema.accounts)
    .values(people.map((n) => ({ id: accountId(n), handle: `p${n}`, balanceMinor: WEALTH_MINOR })));
  await db.insert(schema.apiKeys).values(
    people.map((n) => ({
      hash: createHash("sha256").update(apiKeyOf(n)).digest("base64url"),
      accountId: accountId(n),
    })),
  );
  if (ledgerSql.length > 0) {
    await client`
      update accounts
         set ledger_account_id = (select id from pgledger_create_account(handle, 'USD', allow_negative_balance => false))`;
    await client`
      select pgledger_create_transfer(bank.id, ledger_account_id, ${WEALTH_MINOR.toString()}::numeric)
        from pgledger_create_account('bank', 'USD') bank, accounts`;
  }
  await client`vacuum analyze`;
  await client.end({ timeout: 5 });
  return ownerUrl;
}

/** One who pays, request by request, and what repeats the last of them. */
type Entrant = { contestant: Contestant; repeat(): Promise<void>; close(): void };

function entrant(name: string, port: number, requests: (count: number) => Promise<Ask[]>): Entrant {
  const { ask, close } = clientOf(port);
  let last: Ask | undefined;
  const demand = async (request: Ask, isReplay: boolean): Promise<void> => {
    const told = await ask(request);
    if (told.status !== 201 || told.isReplay !== isReplay)
      throw new Error(`Bug: ${name} answered ${told.status}${told.isReplay ? " as a replay" : ""}.`);
    last = request;
  };
  return {
    contestant: {
      name,
      inFlight: IN_FLIGHT,
      prepare: async (count) => takingFrom(await requests(count), (request) => demand(request, false)),
    },
    async repeat() {
      if (!last) throw new Error(`Bug: ${name} has paid nothing.`);
      await demand(last, true);
    },
    close,
  };
}

/** A peer's requests; the key is the client's own. */
const requestsTo = (peer: Peer) => async (count: number) =>
  Array.from({ length: count }, (_, n) => ({
    ...requestOf(1 + (n % PAYERS), randomUUID()),
    path: `/${peer}`,
  }));

function figuresOf(peer: Peer, ours: Measured, theirs: Measured): Figure[] {
  const name = `payments over HTTP, at ${IN_FLIGHT} in flight, beside ${peer}`;
  return [
    figure(name, "payments/s", ours.perSecond, PEERS[peer], theirs.perSecond),
    figure(`${name}: 99th percentile`, "ms", ours.p99Ms, PEERS[peer], theirs.p99Ms),
  ];
}

/** Payments over HTTP into one account by ours and by the peers, in turns. `pgledgerFolder` holds a copy of pgledger's repository. */
export async function besidePeers(
  world: World,
  adminUrl: string,
  pgledgerFolder: string | undefined,
  pace: Pace,
): Promise<Figure[]> {
  const ledger = await pgledgerSql(pgledgerFolder).catch((error: Error) =>
    notRun(
      `payments over HTTP, at ${IN_FLIGHT} in flight, beside pgledger`,
      `its SQL could not be had (${error.message}); -- --pgledger DIR names a copy of github.com/pgr0ss/pgledger`,
    ),
  );
  const hasLedger = Array.isArray(ledger);
  const peers = (Object.keys(PEERS) as Peer[]).filter((peer) => peer !== "pgledger" || hasLedger);
  const peersUrl = await makePeersWorld(adminUrl, hasLedger ? ledger : []);
  const theirServer = await startPeers(path.join(projectRoot, ".data", "bench-peers"), peersUrl);
  const ourServer = await serverOf(world);
  await ourServer.start();
  await makeApiKeys(world.owner);
  const entrants = [
    entrant("ours", ourServer.port, (count) => makeRequests(world, count)),
    ...peers.map((peer) => entrant(peer, theirServer.port, requestsTo(peer))),
  ];
  const measured = await measure(
    entrants.map(({ contestant }) => contestant),
    { ...pace, startingPerSecond: FASTEST_PER_SECOND },
  );
  // Whoever lost the answer asks again, and is told the same, by all of them.
  for (const { repeat } of entrants) await repeat();
  for (const { close } of entrants) close();
  ourServer.signal("SIGTERM");
  await Promise.all([ourServer.ended(), theirServer.stop()]);
  await dropWorld(adminUrl, DATABASE);
  const of = (name: string): Measured => {
    const found = measured.get(name);
    if (!found) throw new Error(`Bug: ${name} was not measured.`);
    return found;
  };
  return [...peers.flatMap((peer) => figuresOf(peer, of("ours"), of(peer))), ...(hasLedger ? [] : [ledger])];
}
