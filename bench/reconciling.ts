/** What checking the books costs those who pay meanwhile into one hot account, whose row has a new version with every payment. */

import { CHECKS } from "../db/ledger/reconcile.ts";
import { inspect } from "../db/ledger/reconciliation/inspection.ts";
import { slicedCheck } from "../db/ledger/reconciliation/slices.ts";
import { type Figure, figure } from "./figure.ts";
import { paying } from "./paying.ts";
import { type Contestant, measure, type Pace } from "./rounds.ts";
import type { World } from "./world.ts";

const IN_FLIGHT = 32;

/** A run in slices, again and again. */
function slices(world: World): ReturnType<NonNullable<Contestant["beside"]>> {
  let isOver = false;
  const over = new Error("The round is over.");
  const running = (async () => {
    while (!isOver)
      for (const check of CHECKS) {
        const inspection = inspect(
          (text, parameters) => world.db.readingSql.unsafe(text, [...parameters]),
          () => (isOver ? Promise.reject(over) : Promise.resolve()),
        );
        // The books of a bench are made up, and a check that has found enough would go no further.
        await slicedCheck(check).full(Object.create(inspection, { isEnough: { value: false } }));
      }
  })().catch((error: unknown) => {
    if (error !== over) throw error;
  });
  return {
    async stop() {
      isOver = true;
      await running;
    },
  };
}

/** One snapshot for as long as the round lasts, as a dump has it, or all checks in one transaction. */
function snapshot(world: World): ReturnType<NonNullable<Contestant["beside"]>> {
  const held = (async () => {
    const sql = await world.owner.reserve();
    await sql`begin isolation level repeatable read`;
    await sql`select count(*) from currencies`;
    return sql;
  })();
  return {
    async stop() {
      const sql = await held;
      await sql`rollback`;
      sql.release();
    },
  };
}

/** The hot account while the books are checked in slices, and beside one long snapshot, each against paying alone. */
export async function reconciling(world: World, pace: Pace): Promise<Figure[]> {
  const measured = await measure(
    [
      paying(world, "alone", IN_FLIGHT, "hot"),
      { ...paying(world, "slices", IN_FLIGHT, "hot"), beside: () => slices(world) },
      { ...paying(world, "snapshot", IN_FLIGHT, "hot"), beside: () => snapshot(world) },
    ],
    pace,
  );
  const perSecond = (name: string) => measured.get(name)?.perSecond ?? Number.NaN;
  return [
    figure(
      `hot account, at ${IN_FLIGHT} in flight, while the books are checked in slices`,
      "payments/s",
      perSecond("slices"),
      "paying alone",
      perSecond("alone"),
    ),
    figure(
      `hot account, at ${IN_FLIGHT} in flight, beside one snapshot that is held`,
      "payments/s",
      perSecond("snapshot"),
      "paying alone",
      perSecond("alone"),
      "≥ 0.9",
    ),
  ];
}
