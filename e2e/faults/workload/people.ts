/** Who pays whom on the proving ground: payers with money, payers with little, and merchants, each with a client. */
import { randomUUID } from "node:crypto";
import { hashOfApiKey } from "../../../db/identity/api-keys.ts";
import { onceClient } from "../../../lib/client/client.ts";
import { type Clock, WALL_CLOCK } from "../../../lib/client/persist.ts";
import { permissionsOf, SCOPES } from "../../../lib/scopes.ts";
import type { Owner, Stage } from "../environment.ts";
import { type History, recordingFetch } from "./history.ts";

type Client = ReturnType<typeof onceClient>;
/** `at`: their client at one of the servers, past the proxy. */
export type Actor = { id: string; handle: string; client: Client; at(baseUrl: string): Client };
export type People = { rich: Actor[]; poor: Actor[]; merchants: Actor[] };

const RICH = 12;
const POOR = 6;
const MERCHANTS = 2;
/** Nobody rich runs dry in hours; the poor do after some payments, and live on what they are sent. */
const RICH_MINOR = "1000000000";
const POOR_MINOR = "2500";

/** A try outlasts no silence of the server; a call outlasts every fault, so that each client learns its outcome. */
const LIMITS = { tryMs: 16_000, maxTries: 200, deadlineMs: 150_000 };
/** People here are impatient: what is proven is what happens when they ask again, not while they wait. */
const PATIENCE_MS = 400;
const CLOCK: Clock = {
  ...WALL_CLOCK,
  sleep: (ms, signal) => WALL_CLOCK.sleep(Math.min(ms, PATIENCE_MS), signal),
};

type Seat = { id: string; handle: string; role: "payer" | "merchant"; apiKey: string };

function seats(): Seat[] {
  const seat = (n: number, role: "payer" | "merchant"): Seat => {
    const id = randomUUID();
    return { id, handle: `${role}-${n}-${id.slice(0, 8)}`, role, apiKey: `once_prove_${id}` };
  };
  return [
    ...Array.from({ length: RICH + POOR }, (_, n) => seat(n, "payer")),
    ...Array.from({ length: MERCHANTS }, (_, n) => seat(n, "merchant")),
  ];
}

/** Writes the people down, with an API key and an empty account in dollars each. */
async function seatPeople(owner: Owner, people: readonly Seat[]): Promise<void> {
  for (const { id, handle, role, apiKey } of people) {
    await owner`
      insert into users (id, name, email, handle, role) values (${id}, ${handle}, ${`${handle}@once.test`}, ${handle}, ${role})`;
    await owner`
      insert into api_keys (reference_id, name, key, permissions)
      values (${id}, 'Proving', ${hashOfApiKey(apiKey)}, ${JSON.stringify(permissionsOf(SCOPES))})`;
    await owner`select open_account_v1(${randomUUID()}, ${id}, 'USD', null)`;
  }
}

/** Makes the people, and pays them what they begin with, through the same doors as everything else. */
export async function peopleOf(stage: Stage, history: History): Promise<People> {
  const all = seats();
  await seatPeople(stage.owner, all);
  const actors = all.map(({ id, handle, apiKey }): Actor => {
    const fetch = recordingFetch(history, id);
    const at = (baseUrl: string) => onceClient({ baseUrl, apiKey, fetch, limits: LIMITS, clock: CLOCK });
    return { id, handle, client: at(stage.http.baseUrl), at };
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
