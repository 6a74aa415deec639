/** Clients that pay over HTTP, as long as a round lasts; each unknown outcome is asked for again with the same key. */
import type { PayOutcome } from "../../../lib/client/pay-once.ts";
import { type Call, weightedActions } from "./actions.ts";
import type { People } from "./people.ts";
import type { Random } from "./random.ts";

export type Workload = {
  /** How many calls have come to an end, by their outcome. */
  readonly outcomes: ReadonlyMap<PayOutcome["type"], number>;
  /** Begins nothing new, and resolves once all is resolved, with the keys of what is not. */
  end(): Promise<string[]>;
};

/** Enough that locks are contended and batches form; few enough that two cores are not all it shows. */
export const PROGRAMS = 48;
/** How often an unknown outcome is asked for once the faults have stopped. */
const LAST_CALLS = 5;

/** Starts `programs` clients, each of which does one action after another. */
export function startWorkload(people: People, random: Random, programs: number): Workload {
  const outcomes = new Map<PayOutcome["type"], number>();
  const unknown: { call: Call; key: string | undefined }[] = [];
  let isOn = true;

  async function track(call: Call): Promise<PayOutcome> {
    const outcome = await call();
    outcomes.set(outcome.type, (outcomes.get(outcome.type) ?? 0) + 1);
    if (outcome.type === "unknown") unknown.push({ call, key: outcome.key });
    return outcome;
  }

  const actions = weightedActions(people, random, track);
  const clients = Array.from({ length: programs }, async () => {
    while (isOn) await random.pick(actions)();
  });

  return {
    outcomes,
    async end() {
      isOn = false;
      await Promise.all(clients);
      for (let round = 1; round <= LAST_CALLS && unknown.length > 0; round += 1)
        for (const { call, key } of unknown.splice(0)) await track((later) => call(later ?? key));
      return unknown.map(({ key }) => key ?? "none was issued");
    },
  };
}
