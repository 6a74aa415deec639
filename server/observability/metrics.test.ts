/** What is counted is what was told, and only an operator reads it. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { GET as accounts } from "@/app/api/accounts/route";
import { GET as metrics } from "@/app/api/metrics/route";
import { POST as pay } from "@/app/api/payments/route";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, newPerson, transferKey } from "@/db/testing/fixtures/people";
import { environment } from "../lifecycle/environment.ts";

const test = testDatabase();
const noParams = { params: Promise.resolve({}) };

/** What the metrics say, as somebody with this API key. */
async function read(apiKey: string): Promise<{ status: number; values: Map<string, number> }> {
  const headers = { authorization: `Bearer ${apiKey}` };
  const response = await metrics(new Request("http://once.test/api/metrics", { headers }), noParams);
  const lines = (await response.text()).split("\n").filter((line) => line && !line.startsWith("#"));
  const values = lines.map((line): [string, number] => [
    line.slice(0, line.lastIndexOf(" ")),
    Number(line.slice(line.lastIndexOf(" ") + 1)),
  ]);
  return { status: response.status, values: new Map(values) };
}

async function operatorsKey(): Promise<string> {
  const { id } = await newPerson(test.owner, 0n);
  await test.owner`update users set role = 'operator' where id = ${id}`;
  return apiKeyOf(test.owner, id);
}

it("counts payments, replays and declines, the requests, and the batches they went in", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const authorization = `Bearer ${await apiKeyOf(test.owner, payer.id)}`;
  const payWith = async (key: string, amountMinor: string) => {
    const body = JSON.stringify({ payee: payee.handle, amountMinor, currency: "USD" });
    const headers = { authorization, "content-type": "application/json", "idempotency-key": `"${key}"` };
    const request = new Request("http://once.test/api/payments", { method: "POST", headers, body });
    return (await pay(request, noParams)).status;
  };
  const key = () => transferKey(payer);
  const operator = await operatorsKey();
  const before = await read(operator);

  const [one, other] = [await key(), await key()];
  expect([await payWith(one, "10"), await payWith(one, "10"), await payWith(other, "1000")]).toEqual([
    201, 201, 402,
  ]);
  const after = await read(operator);
  const more = (name: string) => (after.values.get(name) ?? 0) - (before.values.get(name) ?? 0);
  const told = (verdict: string) => more(`once_payment_requests_total{channel="api",verdict="${verdict}"}`);
  expect([told("paid"), told("replayed"), told("declined"), told("unknown")]).toEqual([1, 1, 1, 0]);
  const answers = (status: number) =>
    more(`once_http_request_duration_seconds_count{route="POST /api/payments",status="${status}"}`);
  expect([answers(201), answers(402)]).toEqual([2, 1]);
  expect(more('once_payments_total{kind="transfer",outcome="paid",decline_code=""}')).toBe(1);
  expect(
    more('once_payments_total{kind="transfer",outcome="declined",decline_code="insufficient_funds"}'),
  ).toBe(1);
  expect(more('once_settlement_duration_seconds_count{verdict="settled"}')).toBe(2);
  expect(more('once_settlement_batch_duration_seconds_count{result="settled"}')).toBe(2);
  expect(more('once_settlement_batch_size_bucket{le="1"}')).toBe(2);
  expect(after.values.get('once_database_pool_connections_max{pool="settling"}')).toBe(8);
  expect(after.values.get('once_database_pool_waiting{pool="settling"}')).toBe(0);
  expect(after.values.get('once_attempts_lost_total{reason="full"}')).toBe(0);
  expect(after.values.get('once_build_info{version="0.1.0",deployment=""}')).toBe(1);
  // The replay needed no settling.
  expect(more("once_settlement_entries_total")).toBe(2);
  expect(more("once_settlement_batches_total")).toBe(2);
  expect(after.values.get('once_settlement_waiting{where="queue"}')).toBe(0);
  expect(after.values.get("process_cpu_seconds_total")).toBeGreaterThan(0);
});

describe("the token", () => {
  const TOKEN = "a-token-of-the-tests-that-is-long-enough";
  afterEach(() => vi.unstubAllEnvs());

  it("opens the metrics, and nothing else", async () => {
    vi.stubEnv("ONCE_METRICS_TOKEN", TOKEN);
    expect((await read(TOKEN)).status).toBe(200);
    const headers = { authorization: `Bearer ${TOKEN}` };
    const request = new Request("http://once.test/api/accounts", { headers });
    expect((await accounts(request, noParams)).status).toBe(401);
  });

  it.each([
    ["one that is wrong at its end", `${TOKEN.slice(0, -1)}X`],
    ["a part of it", TOKEN.slice(0, -1)],
    ["a longer one", `${TOKEN}X`],
    ["nothing", ""],
  ])("%s opens nothing", async (_what, sent) => {
    vi.stubEnv("ONCE_METRICS_TOKEN", TOKEN);
    expect((await read(sent)).status).toBe(401);
  });

  it("that is not set is opened by nothing, and an operator's key opens the metrics all the same", async () => {
    expect((await read(TOKEN)).status).toBe(401);
    vi.stubEnv("ONCE_METRICS_TOKEN", TOKEN);
    expect((await read(await operatorsKey())).status).toBe(200);
  });

  it("must be long, or the server does not start", () => {
    vi.stubEnv("ONCE_METRICS_TOKEN", "short");
    expect(() => environment()).toThrow(/ONCE_METRICS_TOKEN must have 32 to 200/);
  });
});

it("counts what a pool does: a statement under way occupies a connection, more than there are wait", async () => {
  const { watching } = test.db;
  const statements = Array.from({ length: 5 }, () => watching`select pg_sleep(1)`.execute());
  await expect
    .poll(() => test.db.load().watching, { timeout: 30_000 })
    .toMatchObject({ inUse: 2, waiting: 3 });
  await Promise.all(statements);
  expect(test.db.load().watching).toMatchObject({ inUse: 0, waiting: 0, replaced: 0 });
  await expect(watching`select 1 / 0`).rejects.toThrow();
  expect(test.db.load().watching).toMatchObject({ inUse: 0, waiting: 0 });
});

it("is for operators", async () => {
  const { id } = await newPerson(test.owner, 0n);
  expect((await read(await apiKeyOf(test.owner, id))).status).toBe(403);
  expect((await read("nobody's")).status).toBe(401);
  expect((await read(await operatorsKey())).status).toBe(200);
});
