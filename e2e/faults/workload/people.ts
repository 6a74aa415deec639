/** The workload's users: payers with much money or little, and merchants, each with a client. */
import { randomUUID } from "node:crypto";
import { hashOfApiKey } from "../../../db/identity/api-keys.ts";
import { onceClient } from "../../../lib/client/client.ts";
import { type Clock, WALL_CLOCK } from "../../../lib/client/retry.ts";
import { permissionsOf, SCOPES } from "../../../lib/identity/scopes.ts";
import type { Owner, TestBed } from "../test-bed.ts";
import { type History, recordingFetch } from "./history.ts";
import type { Random } from "./random.ts";

type Client = ReturnType<typeof onceClient>;
/** `at`: their client at one of the servers, past the proxy. */
export type Actor = { id: string; handle: string; client: Client; at(baseUrl: string): Client };
export type People = { rich: Actor[]; poor: Actor[]; merchants: Actor[] };

const RICH = 12;
const POOR = 6;
const MERCHANTS = 2;
/** The rich can always pay; the poor are often declined. */
const RICH_MINOR = "1000000000";
const POOR_MINOR = "2500";

/** An attempt outlasts the server's deadlines; a call outlasts every fault, so that each client learns its outcome. */
const LIMITS = { tryMs: 16_000, maxTries: 200, deadlineMs: 150_000 };
/** Retries are what is tested, not the time between them. */
const BACKOFF_MAX_MS = 400;
const CLOCK: Clock = {
  ...WALL_CLOCK,
  sleep: (ms, signal) => WALL_CLOCK.sleep(Math.min(ms, BACKOFF_MAX_MS), signal),
};

type Registration = { id: string; handle: string; role: "payer" | "merchant"; apiKey: string };

function registrations(): Registration[] {
  const registration = (n: number, role: "payer" | "merchant"): Registration => {
    const id = randomUUID();
    return { id, handle: `${role}-${n}-${id.slice(0, 8)}`, role, apiKey: `once_prove_${id}` };
  };
  return [
    ...Array.from({ length: RICH + POOR }, (_, n) => registration(n, "payer")),
    ...Array.from({ length: MERCHANTS }, (_, n) => registration(n, "merchant")),
  ];
}

/** Creates the users, with an API key and an empty account in dollars each. */
async function register(owner: Owner, people: readonly Registration[]): Promise<void> {
  for (const { id, handle, role, apiKey } of people) {
    await owner`
      insert into users (id, name, email, handle, role) values (${id}, ${handle}, ${`${handle}@once.test`}, ${handle}, ${role})`;
    await owner`
      insert into api_keys (reference_id, name, key, permissions)
      values (${id}, 'Proving', ${hashOfApiKey(apiKey)}, ${JSON.stringify(permissionsOf(SCOPES))})`;
    await owner`select open_account_v1(${randomUUID()}, ${id}, 'USD', null)`;
  }
}

/** Creates users, and tops their accounts up through the API. */
export async function peopleOf(testBed: TestBed, history: History): Promise<People> {
  const all = registrations();
  await register(testBed.owner, all);
  const actors = all.map(({ id, handle, apiKey }): Actor => {
    const fetch = recordingFetch(history, id);
    const at = (baseUrl: string) => onceClient({ baseUrl, apiKey, fetch, limits: LIMITS, clock: CLOCK });
    return { id, handle, client: at(testBed.http.baseUrl), at };
  });
  const people = {
    rich: actors.slice(0, RICH),
    poor: actors.slice(RICH, RICH + POOR),
    merchants: actors.slice(RICH + POOR),
  };
  const topUp = async ({ client }: Actor, amountMinor: string) => {
    const { type } = await client.topUp({ intentId: randomUUID(), amountMinor, currency: "USD" });
    if (type !== "paid") throw new Error(`An opening balance was ${type}.`);
  };
  for (const actor of people.rich) await topUp(actor, RICH_MINOR);
  for (const actor of people.poor) await topUp(actor, POOR_MINOR);
  return people;
}

/** Undefined where a fault prevented it. */
export async function newOrder(
  merchant: Actor,
  random: Random,
): Promise<{ orderId: string; amountMinor: string } | undefined> {
  const [orderId, amountMinor] = [randomUUID(), String(1 + random.int(900))];
  const items = [{ description: "Thing", quantity: 1, amountMinor }];
  const put = await merchant.client.putOrder(orderId, { description: "A thing", currency: "USD", items });
  return put.type === "ok" ? { orderId, amountMinor } : undefined;
}
