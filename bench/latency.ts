/** What one payment costs whoever waits for it, and what a duplicate costs. */
import { hashOf } from "../db/payments/command.ts";
import { pay } from "../db/payments/pay.ts";
import { type Figure, figure } from "./figure.ts";
import { makeTransfers, paying, pay as payOnce } from "./paying.ts";
import { bareInsert } from "./rivals.ts";
import { measure, type Pace } from "./rounds.ts";
import { HOT, type World } from "./world.ts";

/** Replays are of one of these; more than any cache of ours would hold, if there were one. */
const SETTLED = 1_000;
/** What each of them asked for. */
const COMMAND = { operation: "transfer", payee: `p${HOT}`, amountMinor: "1", currency: "USD" } as const;

/** A payment that nobody shares a statement with, beside the least that a commit costs. `where` says in which world. */
export async function alone(world: World, where: string, pace: Pace): Promise<Figure> {
  await world.owner`create table if not exists bench_bare (id uuid primary key, amount_minor bigint not null)`;
  const bare = bareInsert(world.ownerUrl);
  const measured = await measure(
    [
      paying(world, "payment", 1, "spread"),
      { name: "insert", inFlight: 1, prepare: async () => () => bare.insert() },
    ],
    pace,
  );
  await bare.end();
  const p50 = (name: string) => measured.get(name)?.p50Ms ?? Number.NaN;
  return figure(
    `${where}a payment alone, median latency`,
    "ms",
    p50("payment"),
    "one bare committed INSERT",
    p50("insert"),
    "≤ 5",
  );
}

export async function latency(world: World, pace: Pace): Promise<Figure[]> {
  const settled = (await makeTransfers(world, SETTLED, "hot")).map((entry) => ({
    ...entry,
    requestHash: hashOf(COMMAND),
  }));
  await Promise.all(settled.map((entry) => payOnce(entry)));
  const any = () => settled[Math.floor(Math.random() * SETTLED)] ?? settled[0];

  const replays = await measure(
    [
      {
        name: "replay",
        inFlight: 32,
        prepare: async () => async () => {
          const entry = any();
          if (!entry) throw new Error("Bug: nothing was settled.");
          // As every entry does: what is settled is told from the read that comes before settling.
          const result = await pay(entry.userId, entry.key, COMMAND);
          if (result.type !== "settled" || !result.replayed) throw new Error("Bug: not a replay.");
        },
      },
      {
        name: "read",
        inFlight: 32,
        prepare: async () => async () => {
          const entry = any();
          if (!entry) throw new Error("Bug: nothing was settled.");
          const rows = await world.db
            .readingSql`select * from payments where user_id = ${entry.userId} and id = ${entry.key}`;
          if (rows.length !== 1) throw new Error("Bug: a payment is not there.");
        },
      },
    ],
    pace,
  );
  const rate = (name: string) => replays.get(name)?.perSecond ?? Number.NaN;
  return [
    await alone(world, "", pace),
    figure("replays, at 32 in flight", "replays/s", rate("replay"), "reads by primary key", rate("read")),
  ];
}
