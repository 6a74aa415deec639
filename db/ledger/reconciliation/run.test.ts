/** Runs over the books: one at a time, gone on with by another where one is lost, right under payments, and never with a long snapshot. */
import { randomUUID } from "node:crypto";
import { beforeAll, beforeEach, expect, it, vi } from "vitest";
import { pay } from "../../payments/pay.ts";
import { superuser, testDatabase } from "../../testing/fixtures/database.ts";
import { sealAll } from "../../testing/fixtures/journal.ts";
import { newPerson, transferKey, transferTo } from "../../testing/fixtures/people.ts";
import { CHECKS } from "../reconcile.ts";
import { sealTransfers } from "../seal.ts";
import { askForReconciliation } from "./ask.ts";
import { lastReconciliation } from "./last.ts";
import { runReconciliation } from "./run.ts";

const test = testDatabase();
const error = vi.spyOn(console, "error");

beforeAll(() => sealAll(test.owner));
beforeEach(async () => {
  error.mockReset().mockImplementation(() => {});
  await forgetRuns();
});

/** As after an installation: nothing was ever checked. */
async function forgetRuns(): Promise<void> {
  await test.owner`delete from reconcile_results`;
  await test.owner`delete from reconcile_runs`;
}

/** Lets the next run be due now. */
async function letTimePass(time: "2 minutes" | "1 day" = "1 day"): Promise<void> {
  await test.owner`
    update reconcile_runs
       set asked_at = asked_at - ${time}::interval, started_at = started_at - ${time}::interval,
           alive_until = alive_until - ${time}::interval`;
}

async function resultsOf(runId: string | undefined): Promise<Record<string, string>> {
  const rows = await test.owner<{ check_name: string; outcome: string }[]>`
    select check_name, outcome from reconcile_results where run_id = ${runId ?? null}`;
  return Object.fromEntries(rows.map((row) => [row.check_name, row.outcome]));
}

const ALL_RIGHT = Object.fromEntries(CHECKS.map(({ name }) => [name, "right"]));

/** A corruption that stays, by a superuser; returns what takes it back. */
async function corrupt(statement: string, back: string): Promise<() => Promise<void>> {
  const admin = superuser(test.appUrl);
  const run = (text: string) => admin.unsafe(`set session_replication_role = replica; ${text}`);
  await run(statement);
  return async () => {
    await run(back);
    await admin.end({ timeout: 5 });
  };
}

it("a clock that was ahead once does not keep the books unchecked until then", async () => {
  const ahead = async () => {
    await test.owner`
      update reconcile_runs
         set asked_at = asked_at + interval '300 days', started_at = started_at + interval '300 days',
             finished_at = finished_at + interval '300 days', alive_until = alive_until + interval '300 days'`;
  };
  await runReconciliation("full");
  await runReconciliation("incremental");
  await ahead();
  expect((await lastReconciliation()).books).toBe("unchecked");
  expect(await runReconciliation("incremental"), "nothing of today to go on from").toBeUndefined();
  const full = await runReconciliation("full");
  expect(await resultsOf(full)).toEqual(ALL_RIGHT);
  const next = await runReconciliation("incremental");
  expect(await resultsOf(next)).toEqual(ALL_RIGHT);
  expect(await lastReconciliation()).toMatchObject({
    books: "right",
    lastFull: { id: full },
    lastIncremental: { id: next },
  });
  // One that somebody had begun then, who is gone.
  await test.owner`update reconcile_runs set finished_at = null, outcome = null where id = ${full ?? ""}`;
  await ahead();
  expect(await runReconciliation("full")).toBe(full);
});

it("the first run looks at everything, the next at what is new, and neither is done before it is due", async () => {
  expect(await runReconciliation("incremental"), "nothing to go on from").toBeUndefined();
  const full = await runReconciliation("full");
  expect(await resultsOf(full)).toEqual(ALL_RIGHT);
  expect(await runReconciliation("full")).toBeUndefined();
  const incremental = await runReconciliation("incremental");
  expect(await resultsOf(incremental)).toEqual(ALL_RIGHT);
  expect(await runReconciliation("incremental")).toBeUndefined();
  expect(await lastReconciliation()).toMatchObject({
    books: "right",
    lastFull: { id: full, outcome: "right" },
    lastIncremental: { id: incremental, outcome: "right" },
  });
  expect(error).not.toHaveBeenCalled();
});

it("an incremental run begins where the one before it ended", async () => {
  await runReconciliation("full");
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  await pay(payer.id, await transferKey(payer), transferTo(payee, "1"));
  await sealAll(test.owner);
  const first = await runReconciliation("incremental");
  await letTimePass("2 minutes");
  const second = await runReconciliation("incremental");
  const runs = await test.owner<{ id: string; from_position: bigint; to_position: bigint }[]>`
    select id, from_position, to_position from reconcile_runs where id in (${first ?? ""}, ${second ?? ""}) order by from_position`;
  // The top-up and the transfer.
  expect((runs[0]?.to_position ?? 0n) - (runs[0]?.from_position ?? 0n)).toBe(2n);
  expect(runs.map(({ from_position }) => from_position)).toEqual([
    runs[0]?.from_position,
    runs[0]?.to_position,
  ]);
});

it("what an incremental run finds makes the books wrong, asks for a full run, and stays until one finds all right", async () => {
  await runReconciliation("full");
  const payer = await newPerson(test.owner, 100n);
  await sealAll(test.owner);
  const takeBack = await corrupt(
    `update ledger_accounts set balance_minor = balance_minor + 7 where id = '${payer.accountId}'`,
    `update ledger_accounts set balance_minor = balance_minor - 7 where id = '${payer.accountId}'`,
  );
  const found = await runReconciliation("incremental");
  expect(await resultsOf(found)).toEqual({
    ...ALL_RIGHT,
    conservation: "wrong",
    "balance-is-sum-of-entries": "wrong",
  });
  expect(await lastReconciliation()).toMatchObject({ books: "wrong", wrongRunId: found });
  expect(error).toHaveBeenCalledWith(
    expect.stringMatching(/^The books are wrong: balance-is-sum-of-entries/),
  );

  const full = await runReconciliation("full");
  expect(await resultsOf(full)).toMatchObject({ "balance-is-sum-of-entries": "wrong" });
  expect(await lastReconciliation()).toMatchObject({ books: "wrong", wrongRunId: full });
  expect(await runReconciliation("full"), "it is known already").toBeUndefined();

  await takeBack();
  await letTimePass();
  await runReconciliation("full");
  expect((await lastReconciliation()).books).toBe("right");
  const rows = await test.owner<{ rows: Record<string, unknown>[] }[]>`
    select rows from reconcile_results where run_id = ${full ?? null} and check_name = 'balance-is-sum-of-entries'`;
  expect(rows[0]?.rows).toEqual([
    { account_id: payer.accountId, balance_minor: "107", version: "1", sum_minor: "100", entries: "1" },
  ]);
});

it("is done once, however many servers look at the same moment", async () => {
  const runs = await Promise.all(Array.from({ length: 6 }, () => runReconciliation("full")));
  expect(runs.filter((id) => id !== undefined)).toHaveLength(1);
  expect(await test.owner`select 1 from reconcile_runs`).toHaveLength(1);
});

it("a run whose server is gone is gone on with, and what its checks had said stands", async () => {
  const gone = randomUUID();
  const [run] = await test.owner<{ run_id: string }[]>`
    select run_id from claim_reconcile_v1(${gone}, 'full', '1 day', '30 seconds')`;
  await test.owner`
    select add_reconcile_result_v1(${run?.run_id ?? null}, ${gone}, 'conservation', 'right', 77, 1, 1, 0, '[]', null)`;
  await test.owner`select note_reconcile_v1(${run?.run_id ?? null}, ${gone}, 'floor', 3, '30 seconds')`;
  expect((await lastReconciliation()).open).toMatchObject({
    state: "running",
    checkNow: "floor",
    sliceNow: 3,
  });
  expect(await runReconciliation("full"), "while it says that it is alive").toBeUndefined();

  await letTimePass();
  expect((await lastReconciliation()).open).toMatchObject({ state: "interrupted" });
  expect(await runReconciliation("full")).toBe(run?.run_id);
  expect(await resultsOf(run?.run_id)).toEqual(ALL_RIGHT);
  expect(await test.owner`select slices from reconcile_results where check_name = 'conservation'`).toEqual([
    { slices: 77 },
  ]);
  // What the first still says is not taken.
  const [late] =
    await test.owner`select note_reconcile_v1(${run?.run_id ?? null}, ${gone}, 'floor', 4, '30 seconds') as taken`;
  expect(late).toEqual({ taken: false });
});

it("an operator's form that is sent twice asks once, nobody else may ask, and one under way is enough", async () => {
  const [operator, payer] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 0n)];
  const runId = randomUUID();
  expect(await askForReconciliation(payer.id, runId)).toBe("not_operator");
  expect(await askForReconciliation(operator.id, runId)).toBe("asked");
  expect(await askForReconciliation(operator.id, runId)).toBe("found");
  expect(await askForReconciliation(operator.id, randomUUID())).toBe("running");
  await vi.waitUntil(async () => (await lastReconciliation()).lastFull?.id === runId, {
    timeout: 30_000,
    interval: 20,
  });
  expect(await test.owner`select asked_by, outcome from reconcile_runs`).toEqual([
    { asked_by: operator.id, outcome: "right" },
  ]);
});

it("a check that cannot be made is said to have failed, and the others are made", async () => {
  await test.owner.unsafe("revoke execute on function verify_seals_slice_v1 from once_app");
  try {
    const run = await runReconciliation("full");
    expect(await resultsOf(run)).toEqual({ ...ALL_RIGHT, "journal-unaltered": "failed" });
    expect((await lastReconciliation()).books).toBe("unsure");
    expect(await test.owner`select failure from reconcile_results where outcome = 'failed'`).toEqual([
      { failure: "42501" },
    ]);
  } finally {
    await test.owner.unsafe("grant execute on function verify_seals_slice_v1 to once_app");
  }
});

it("old runs are deleted but for those that found something and the last of each kind", async () => {
  for (const [kind, outcome, age] of [
    ["full", "right", "300 days"],
    ["full", "wrong", "300 days"],
    ["full", "right", "200 days"],
    ["incremental", "right", "3 days"],
    ["incremental", "right", "2 days"],
  ] as const)
    await test.owner`
      insert into reconcile_runs (id, kind, asked_at, finished_at, outcome)
      values (gen_random_uuid(), ${kind}, now() - ${age}::interval, now(), ${outcome})`;
  const [pruned] = await test.db.readingSql`select prune_reconcile_v1(100) as runs`;
  expect(pruned).toEqual({ runs: 2 });
  expect(await test.owner`select kind, outcome from reconcile_runs order by asked_at`).toEqual([
    { kind: "full", outcome: "wrong" },
    { kind: "full", outcome: "right" },
    { kind: "incremental", outcome: "right" },
  ]);
});

/** Enough that the house's account and this one are walked in several parts. */
const PAYMENTS = 400;

it("finds nothing wrong while payments are made, and holds no snapshot longer than a slice takes", async () => {
  const people = await Promise.all(Array.from({ length: 8 }, () => newPerson(test.owner, 1_000n)));
  let paying = true;
  const payAndPay = async (n: number): Promise<number> => {
    const [payer, payee] = [people[n % people.length], people[(n + 1) % people.length]];
    if (!payer || !payee) throw new Error("Nobody to pay.");
    let paid = 0;
    while (paying) {
      await pay(payer.id, await transferKey(payer), transferTo(payee, "1"));
      paid += 1;
    }
    return paid;
  };
  const payers = Array.from({ length: 8 }, (_, n) => payAndPay(n));
  const sealing = (async () => {
    while (paying) await sealTransfers();
  })();
  /** Which transactions a run was seen in: a snapshot that is held stands beside the same start for long. */
  const seen = new Map<string, { first: number; last: number }>();
  const watching = (async () => {
    while (paying) {
      const rows = await test.owner<{ xact: string }[]>`
        select pid || ' ' || xact_start as xact from pg_stat_activity
         where datname = current_database() and application_name = 'once reading' and xact_start is not null`;
      const now = performance.now();
      for (const { xact } of rows) seen.set(xact, { first: seen.get(xact)?.first ?? now, last: now });
    }
  })();
  const results: Record<string, string>[] = [];
  let slices = Number.POSITIVE_INFINITY;
  let totalMs = 0;
  try {
    await vi.waitUntil(
      async () => (await test.owner`select 1 from ledger_transfers limit 1 offset ${PAYMENTS}`).length > 0,
      { timeout: 50_000, interval: 20 },
    );
    const startedMs = performance.now();
    for (let round = 0; round < 3; round += 1) {
      for (const kind of ["full", "incremental"] as const) {
        const run = await runReconciliation(kind);
        results.push(await resultsOf(run));
        // Of an incremental run there may be none, where nothing was sealed in between.
        if (kind === "incremental") continue;
        const [made] = await test.owner<{ slices: number }[]>`
          select sum(slices)::int as slices from reconcile_results where run_id = ${run ?? null}`;
        if (kind === "full") slices = Math.min(slices, made?.slices ?? 0);
      }
      await letTimePass();
    }
    totalMs = performance.now() - startedMs;
  } finally {
    paying = false;
  }
  const paid = await Promise.all(payers);
  await Promise.all([sealing, watching]);
  expect(paid.reduce((sum, n) => sum + n, 0)).toBeGreaterThan(PAYMENTS / 2);
  expect(results).toEqual(results.map(() => ALL_RIGHT));
  const longestHeldMs = Math.max(...[...seen.values()].map(({ first, last }) => last - first));
  // One transaction for the run would be seen for about as long as it takes.
  expect(longestHeldMs).toBeLessThan(totalMs / 10);
  expect(slices).toBeGreaterThanOrEqual(CHECKS.length);
});
