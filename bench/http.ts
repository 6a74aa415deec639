/** Over HTTP: payments, and replays of them, against an empty route of the same server that asks nobody who they are. */
import { createHash, randomUUID } from "node:crypto";
import http from "node:http";
import path from "node:path";
import { uuidv7 } from "uuidv7";
import { appServer, projectRoot } from "../e2e/faults/app-server.ts";
import { onceClient } from "../lib/client/client.ts";
import { permissionsOf, SCOPES } from "../lib/identity/scopes.ts";
import { type Figure, figure } from "./figure.ts";
import { type Contestant, measure, type Pace, takingFrom } from "./rounds.ts";
import { HOT, userId, type World } from "./world.ts";

const IN_FLIGHT = 32;
/** More rounds than elsewhere: a server's pace varies more from one round to the next than the goals lie from the figures. */
const ROUNDS_TIMES = 2;
/** Enough payers that they rarely wait for each other's account; each has an API key. */
const PAYERS = 256;
/** Replays go round in what has been paid: as many as these. */
const REPLAYED = 2_000;
const SECRET = "only-for-measuring-0123456789-0123456789";

type Ask = { method: string; path: string; headers: Record<string, string>; body?: string };
type Told = { status: number; isReplay: boolean };

/** Sends requests over connections that stay open, as a program would. */
function clientOf(port: number): { ask(request: Ask): Promise<Told>; close(): void } {
  const agent = new http.Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
  return {
    ask: ({ method, path: to, headers, body }) =>
      new Promise((resolve, reject) => {
        const request = http.request(
          { host: "127.0.0.1", port, method, path: to, headers, agent },
          (response) => {
            response.resume();
            response.on("end", () =>
              resolve({
                status: response.statusCode ?? 0,
                isReplay: response.headers["idempotent-replayed"] === "true",
              }),
            );
            response.on("error", reject);
          },
        );
        request.on("error", reject);
        request.end(body);
      }),
    close: () => agent.destroy(),
  };
}

const apiKeyOf = (payer: number) => `once_bench_${payer}`;

async function makeApiKeys(world: World): Promise<void> {
  const permissions = JSON.stringify(permissionsOf(SCOPES));
  for (let payer = 1; payer <= PAYERS; payer += 1) {
    const hash = createHash("sha256").update(apiKeyOf(payer)).digest("base64url");
    await world.owner`
      insert into api_keys (reference_id, name, key, permissions) values (${userId(payer)}, 'Bench', ${hash}, ${permissions})`;
  }
}

/** What every request here asks for: a cent for the hot account. */
const TRANSFER = { payee: `p${HOT}`, amountMinor: "1", currency: "USD" } as const;
const BODY = JSON.stringify(TRANSFER);

function requestOf(payer: number, key: string): Ask {
  return {
    method: "POST",
    path: "/api/payments",
    headers: {
      authorization: `Bearer ${apiKeyOf(payer)}`,
      "content-type": "application/json",
      "content-length": String(BODY.length),
      "idempotency-key": `"${key}"`,
    },
    body: BODY,
  };
}

/** Pays as a program does, by the client that follows the recipe, and returns what would repeat it. */
async function payByClient(port: number, n: number): Promise<Ask> {
  const payer = 1 + (n % PAYERS);
  const client = onceClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: apiKeyOf(payer) });
  const outcome = await client.transfer({ intentId: randomUUID(), ...TRANSFER });
  if (outcome.type !== "paid") throw new Error(`Bug: a bench payment by the client was ${outcome.type}.`);
  return requestOf(payer, outcome.key);
}

/** Requests under keys that are issued already. */
async function makeRequests(world: World, count: number): Promise<Ask[]> {
  const rows = Array.from({ length: count }, (_, n) => ({ payer: 1 + (n % PAYERS), key: uuidv7() }));
  await world.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select u, k, 'transfer', gen_random_uuid(), now() + interval '1 day', database_identity()
      from unnest(${rows.map((row) => userId(row.payer))}::uuid[], ${rows.map((row) => row.key)}::uuid[]) t (u, k)`;
  return rows.map(({ payer, key }) => requestOf(payer, key));
}

/** Starts the production build on the world's database and measures it. */
export async function overHttp(world: World, pace: Pace): Promise<Figure[]> {
  const server = await appServer(
    projectRoot,
    {
      DATABASE_URL: world.appUrl,
      DATABASE_OWNER_URL: world.ownerUrl,
      ONCE_DEMO: "1",
      BETTER_AUTH_SECRET: SECRET,
      // A line for each request is written in production, too.
      LOG_LEVEL: "info",
    },
    path.join(projectRoot, ".data", "bench-server.log"),
  );
  await server.start();
  const { ask, close } = clientOf(server.port);
  await makeApiKeys(world);

  const demand = async (request: Ask, status: number, isReplay: boolean): Promise<void> => {
    const told = await ask(request);
    if (told.status !== status || told.isReplay !== isReplay)
      throw new Error(
        `Bug: a bench request was answered ${told.status}${told.isReplay ? " as a replay" : ""}.`,
      );
  };
  const paid: Ask[] = [];
  const paying = Array.from({ length: IN_FLIGHT }, async (_, first) => {
    for (let n = first; n < REPLAYED; n += IN_FLIGHT) paid.push(await payByClient(server.port, n));
  });
  await Promise.all(paying);

  const empty: Ask = { method: "GET", path: "/api/health/live", headers: { "x-request-id": randomUUID() } };
  const contestants: Contestant[] = [
    { name: "empty", inFlight: IN_FLIGHT, prepare: async () => () => demand(empty, 200, false) },
    {
      name: "payments",
      inFlight: IN_FLIGHT,
      prepare: async (count) =>
        takingFrom(await makeRequests(world, count), (request) => demand(request, 201, false)),
    },
    {
      name: "replays",
      inFlight: IN_FLIGHT,
      async prepare() {
        let turn = 0;
        return async () => {
          const request = paid[turn++ % paid.length];
          if (!request) throw new Error("Bug: nothing was paid.");
          await demand(request, 201, true);
        };
      },
    },
  ];
  const measured = await measure(contestants, { ...pace, rounds: ROUNDS_TIMES * pace.rounds });
  close();
  server.signal("SIGTERM");
  await server.ended();
  const rate = (name: string) => measured.get(name)?.perSecond ?? Number.NaN;
  const of = "an empty route of the same server";
  return [
    figure(
      `payments over HTTP, at ${IN_FLIGHT} in flight`,
      "requests/s",
      rate("payments"),
      of,
      rate("empty"),
      "≥ 0.6",
    ),
    figure(
      `replays over HTTP, at ${IN_FLIGHT} in flight`,
      "requests/s",
      rate("replays"),
      of,
      rate("empty"),
      "≥ 0.8",
    ),
  ];
}
