/** What is counted is what was told, and only an operator reads it. */
import { expect, it } from "vitest";
import { GET as metrics } from "@/app/api/metrics/route";
import { POST as pay } from "@/app/api/payments/route";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, newPerson, transferKey } from "@/db/testing/fixtures/people";

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
  // The replay needed no settling.
  expect(more("once_settlement_entries_total")).toBe(2);
  expect(more("once_settlement_batches_total")).toBe(2);
  expect(after.values.get('once_settlement_waiting{where="queue"}')).toBe(0);
  expect(after.values.get("process_cpu_seconds_total")).toBeGreaterThan(0);
});

it("is for operators", async () => {
  const { id } = await newPerson(test.owner, 0n);
  expect((await read(await apiKeyOf(test.owner, id))).status).toBe(403);
  expect((await read("nobody's")).status).toBe(401);
  expect((await read(await operatorsKey())).status).toBe(200);
});
