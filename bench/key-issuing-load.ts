/** Keys are issued beside payments: what a flood of opening forms does to those who pay, and what a key costs. */
import { randomUUID } from "node:crypto";
import { issueKey } from "../db/idempotency/issue.ts";
import { type Figure, figure } from "./figure.ts";
import { paying } from "./paying.ts";
import { bareInsert } from "./rivals.ts";
import { measure, type Pace } from "./rounds.ts";
import { PEOPLE, userId, type World } from "./world.ts";

const PAYERS_IN_FLIGHT = 8;
const FORMS_IN_FLIGHT = 32;

/** Issues a key, and demands that it was issued: a fast refusal is no key. */
async function openForm(): Promise<void> {
  const payer = userId(1 + Math.floor(Math.random() * PEOPLE));
  const issued = await issueKey(payer, { kind: "transfer", intentId: randomUUID() });
  if (issued.type !== "created") throw new Error(`Bug: a bench key was ${issued.type}.`);
}

function startFlood(): { stop(): Promise<void> } {
  let isOver = false;
  const forms = Array.from({ length: FORMS_IN_FLIGHT }, async () => {
    while (!isOver) await openForm();
  });
  return {
    async stop() {
      isOver = true;
      await Promise.all(forms);
    },
  };
}

export async function isolation(world: World, pace: Pace): Promise<Figure[]> {
  // Issuing counts what its user has open: people have a few keys open, not what earlier contestants left unused.
  await world.owner`delete from idempotency_keys`;
  await world.owner`vacuum analyze idempotency_keys`;
  const bare = bareInsert(world.ownerUrl);
  const measured = await measure(
    [
      paying(world, "alone", PAYERS_IN_FLIGHT, "spread"),
      { ...paying(world, "beside a flood", PAYERS_IN_FLIGHT, "spread"), beside: startFlood },
      { name: "keys", inFlight: FORMS_IN_FLIGHT, prepare: async () => openForm },
      { name: "inserts", inFlight: FORMS_IN_FLIGHT, prepare: async () => () => bare.insert() },
    ],
    pace,
  );
  await bare.end();
  const of = (name: string) => {
    const found = measured.get(name);
    if (!found) throw new Error(`Bug: ${name} was not measured.`);
    return found;
  };
  return [
    figure(
      `paying, ${PAYERS_IN_FLIGHT} in flight, while keys are issued at full rate: 99th percentile`,
      "ms",
      of("beside a flood").p99Ms,
      "paying alone",
      of("alone").p99Ms,
      "≤ 1.3",
    ),
    figure(
      `keys issued, ${FORMS_IN_FLIGHT} in flight`,
      "keys/s",
      of("keys").perSecond,
      "bare committed INSERTs",
      of("inserts").perSecond,
    ),
  ];
}
