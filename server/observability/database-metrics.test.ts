/** What the database says is read at a scrape, kept for some seconds, and left out where it does not come in time. */
import { randomUUID } from "node:crypto";
import { afterEach, expect, it, vi } from "vitest";
import { connect, setDatabase } from "@/db/connection/client";
import { sealTransfers } from "@/db/ledger/seal";
import { readSealingState } from "@/db/ledger/sealing-state";
import { enqueueMails } from "@/db/mail/outbox";
import { pay } from "@/db/payments/pay";
import * as readings from "@/db/service/readings";
import { SERVER_VERSION, testDatabase } from "@/db/testing/fixtures/database";
import { newPerson, transferKey, transferTo } from "@/db/testing/fixtures/people";
import { databaseMetricsText } from "./database-metrics.ts";
import { metricsText, startMetrics } from "./metrics.ts";

const test = testDatabase();
const RUN = randomUUID();
/** For a machine that has other things to do. */
const WAIT = { timeout: 30_000 };
const kept = globalThis as typeof globalThis & { onceDatabaseMetrics?: unknown; onceProbing?: unknown };

function forget() {
  delete kept.onceDatabaseMetrics;
  delete kept.onceProbing;
}

afterEach(() => {
  vi.restoreAllMocks();
  setDatabase(test.db);
  forget();
});

async function scrape(): Promise<Map<string, number>> {
  const lines = (await databaseMetricsText()).split("\n").filter((line) => line && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.split(" ")[0] ?? "", Number(line.split(" ")[1])]));
}

/** Other tests' transactions on the same server hold the sealer up for a moment. */
async function sealAll(): Promise<void> {
  await expect
    .poll(async () => {
      await sealTransfers();
      return (await readSealingState()).unsealed;
    }, WAIT)
    .toBe(0);
}

it("says how many keys are open, what waits for its seal and for the mail server, and how far the schema is", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const keys = [await transferKey(payer), await transferKey(payer)];
  await sealAll();
  const before = await scrape();
  expect(before.get("once_database_up")).toBe(1);
  expect(before.get("once_ready")).toBe(1);
  expect(before.get("once_journal_unsealed_transfers")).toBe(0);
  await pay(payer.id, keys[0] ?? "", transferTo(payee, "1"));
  await enqueueMails([
    {
      key: randomUUID(),
      kind: "test",
      recipient: "a@once.test",
      locale: "en",
      content: {},
      expiresInSeconds: 600,
    },
  ]);
  forget();
  const after = await scrape();
  const more = (name: string) => (after.get(name) ?? Number.NaN) - (before.get(name) ?? Number.NaN);
  expect(more("once_idempotency_keys_open")).toBe(-1);
  expect(more("once_journal_unsealed_transfers")).toBe(1);
  expect(more("once_mails_waiting")).toBe(1);
  expect(after.get('once_journal_stalled{reason="foreign"}')).toBe(0);
  expect(after.get('once_journal_stalled{reason="held-up"}')).toBe(0);
  expect(after.get('once_books{state="unchecked"}')).toBe(1);
  expect(after.get('once_reconciliation_last_run_timestamp_seconds{kind="full"}')).toBe(0);
  const applied = after.get('once_database_migrations{state="applied"}');
  expect(applied).toBe(after.get('once_database_migrations{state="known"}'));
  expect(applied).toBeGreaterThan(1);
  await sealAll();
  forget();
  const sealed = await scrape();
  expect(sealed.get("once_journal_unsealed_transfers")).toBe(0);
  expect((sealed.get("once_journal_position") ?? 0) - (before.get("once_journal_position") ?? 0)).toBe(1);
});

it("tells what the last run over the books found, and when it ended", async () => {
  await test.owner`
    insert into reconcile_runs (id, kind, asked_at, started_at, finished_at, outcome)
    values (${RUN}, 'full', now(), now(), '2026-11-30T04:00:00Z', 'wrong')`;
  await test.owner`
    insert into reconcile_results (run_id, kind, check_name, outcome, slices, total_ms, longest_ms, found, rows, finished_at)
    values (${RUN}, 'full', 'floor', 'wrong', 1, 1, 1, 3, '[]', now()), (${RUN}, 'full', 'id-once', 'failed', 1, 1, 1, 0, '[]', now()),
           (${RUN}, 'full', 'conservation', 'right', 1, 1, 1, 0, '[]', now())`;
  const found = await scrape();
  expect(found.get('once_books{state="wrong"}')).toBe(1);
  expect(found.get('once_books{state="right"}')).toBe(0);
  expect(found.get('once_reconciliation_checks{kind="full",outcome="wrong"}')).toBe(1);
  expect(found.get('once_reconciliation_checks{kind="full",outcome="failed"}')).toBe(1);
  expect(found.get('once_reconciliation_last_run_timestamp_seconds{kind="full"}')).toBe(1796011200);
});

it("tells that sealing cannot go on, and why", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  await sealAll();
  const key = await transferKey(payer);
  await pay(payer.id, key, transferTo(payee, "1"));
  await test.owner.unsafe(`
    alter table ledger_transfers disable trigger ledger_transfers_append_only;
    update ledger_transfers set transaction_id = '9000000000000' where id = '${key}';
    alter table ledger_transfers enable always trigger ledger_transfers_append_only`);
  forget();
  const found = await scrape();
  expect(found.get('once_journal_stalled{reason="foreign"}')).toBe(1);
  expect(found.get('once_journal_stalled{reason="held-up"}')).toBe(0);
});

it("of a database that is away it says that alone, in time", async () => {
  const nowhere = new URL(test.appUrl);
  nowhere.port = "1";
  const db = connect(nowhere.href, SERVER_VERSION);
  setDatabase(db);
  expect([...(await scrape())]).toEqual([
    ["once_database_up", 0],
    ["once_ready", 0],
  ]);
  await db.close();
});

it("of a database that start-up has not connected yet it says the same", async () => {
  const process_ = globalThis as { onceDatabase?: unknown };
  delete process_.onceDatabase;
  startMetrics();
  const { text } = await metricsText();
  expect(text).toMatch(/^once_database_up 0$/m);
  expect(text).toMatch(/^once_ready 0$/m);
  expect(text).not.toMatch(/^once_database_pool_waiting\{/m);
});

it("however many scrape at once, the database is asked once", async () => {
  const asked = vi.spyOn(readings, "readService");
  await Promise.all(Array.from({ length: 20 }, scrape));
  await scrape();
  expect(asked).toHaveBeenCalledTimes(1);
});

it("what comes too late is left out, and the rest is there", async () => {
  vi.spyOn(readings, "readService").mockReturnValue(new Promise(() => {}));
  const found = await scrape();
  expect(found.get("once_database_up")).toBe(1);
  expect(found.has("once_idempotency_keys_open")).toBe(false);
  expect(found.has("once_journal_unsealed_transfers")).toBe(true);
});
