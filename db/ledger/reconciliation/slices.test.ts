/** Each check, done in slices, finds the very corruption that it is for, as the whole statement does. */
import postgres from "postgres";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { CORRUPTIONS, makeBooks, UNGUARDED } from "../../testing/fixtures/corruptions.ts";
import { rolledBack, testDatabase } from "../../testing/fixtures/database.ts";
import { CHECKS, type Check } from "../reconcile.ts";
import { type Inspection, inspect, type Send } from "./inspection.ts";
import { slicedCheck } from "./slices.ts";
import { JOURNAL_START, type Seal } from "./walks.ts";

const test = testDatabase();

/** On a connection that reads columns and numbers as the pools do, takes back all that `work` does to the books. */
async function tampered(work: (send: Send) => Promise<void>): Promise<void> {
  const url = new URL(inject("adminUrl"));
  url.pathname = new URL(test.appUrl).pathname;
  const admin = postgres(url.href, {
    max: 1,
    onnotice: () => {},
    transform: { column: { from: postgres.toCamel } },
    types: { bigint: postgres.BigInt },
  });
  try {
    await rolledBack(admin, (sql) => work((text, parameters) => sql.unsafe(text, [...parameters])));
  } finally {
    await admin.end({ timeout: 5 });
  }
}

type Way = "full" | "incremental";

async function make(check: Check, way: Way, send: Send): Promise<Inspection> {
  const inspection = inspect(send, async () => {});
  const [head] = await send<Seal>(
    "select position::text as position, encode(hash, 'hex') as hash from ledger_seal_head",
    [],
  );
  if (!head) throw new Error("The journal has no head.");
  if (way === "full") await slicedCheck(check).full(inspection);
  else await slicedCheck(check).incremental(inspection, { from: JOURNAL_START, to: head });
  return inspection;
}

beforeAll(() => makeBooks(test));

for (const way of ["full", "incremental"] as const) {
  describe(`in slices, ${way}`, () => {
    for (const check of CHECKS) {
      it(`${check.name} finds nothing in books that are right`, () =>
        tampered(async (send) => {
          const { wrong, slices } = await make(check, way, send);
          expect(wrong).toEqual([]);
          expect(slices).toBeGreaterThan(0);
        }));

      it(`${check.name} finds what it is for`, () =>
        tampered(async (send) => {
          await send(`${UNGUARDED} ${CORRUPTIONS[check.name]}`, []);
          const { wrong } = await make(check, way, send);
          expect(wrong.length).toBeGreaterThan(0);
        }));
    }
  });
}
