/** Over HTTP: payments, and replays of them, against an empty route of the same server that asks nobody who they are. */
import { randomUUID } from "node:crypto";
import path from "node:path";
import { uuidv7 } from "uuidv7";
import { type AppServer, appServer, projectRoot } from "../e2e/faults/app-server.ts";
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
  TRANSFER,
} from "./http-client.ts";
import { type Contestant, measure, type Pace, takingFrom } from "./rounds.ts";
import { userId, type World } from "./world.ts";

/** More rounds than elsewhere: a server's pace varies more from one round to the next than the goals lie from the figures. */
const ROUNDS_TIMES = 2;
/** Replays go round in what has been paid: as many as these. */
const REPLAYED = 2_000;

/** Pays as a program does, by the client that follows the recipe, and returns what would repeat it. */
async function payByClient(port: number, n: number): Promise<Ask> {
  const payer = 1 + (n % PAYERS);
  const client = onceClient({ baseUrl: `http://127.0.0.1:${port}`, apiKey: apiKeyOf(payer) });
  const outcome = await client.transfer({ intentId: randomUUID(), ...TRANSFER });
  if (outcome.type !== "paid") throw new Error(`Bug: a bench payment by the client was ${outcome.type}.`);
  return requestOf(payer, outcome.key);
}

/** Requests under keys that are issued already. */
export async function makeRequests(world: World, count: number): Promise<Ask[]> {
  const rows = Array.from({ length: count }, (_, n) => ({ payer: 1 + (n % PAYERS), key: uuidv7() }));
  await world.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select u, k, 'transfer', gen_random_uuid(), now() + interval '1 day', database_identity()
      from unnest(${rows.map((row) => userId(row.payer))}::uuid[], ${rows.map((row) => row.key)}::uuid[]) t (u, k)`;
  return rows.map(({ payer, key }) => requestOf(payer, key));
}

/** The production build in the folder `root` on a database, not started yet. */
export function serverOf(
  { appUrl, ownerUrl }: Pick<World, "appUrl" | "ownerUrl">,
  root = projectRoot,
  name = "bench-server",
): Promise<AppServer> {
  return appServer(
    root,
    {
      DATABASE_URL: appUrl,
      DATABASE_OWNER_URL: ownerUrl,
      ONCE_DEMO: "1",
      BETTER_AUTH_SECRET: SECRET,
      // A line for each request is written in production, too.
      LOG_LEVEL: "info",
    },
    path.join(projectRoot, ".data", `${name}.log`),
  );
}

/** Starts the production build on the world's database and measures it. */
export async function overHttp(world: World, pace: Pace): Promise<Figure[]> {
  const server = await serverOf(world);
  await server.start();
  const { ask, close } = clientOf(server.port);
  await makeApiKeys(world.owner);

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
    ),
    figure(`replays over HTTP, at ${IN_FLIGHT} in flight`, "requests/s", rate("replays"), of, rate("empty")),
  ];
}
