import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { GET as accounts } from "@/app/api/accounts/route";
import { POST as issue } from "@/app/api/idempotency-keys/route";
import { testDatabase } from "../testing/fixtures/database.ts";
import { newPerson } from "../testing/fixtures/people.ts";
import { flushUses, noteUse } from "./api-key-last-used.ts";
import { hashOfApiKey } from "./api-keys.ts";

const test = testDatabase();

afterEach(() => {
  vi.restoreAllMocks();
});

async function newKey(): Promise<{ id: string; key: string }> {
  const { id: userId } = await newPerson(test.owner, 0n);
  const key = `once_test_${randomUUID()}`;
  const permissions = JSON.stringify({ accounts: ["read"], keys: ["write"] });
  const [row] = await test.owner<{ id: string }[]>`
    insert into api_keys (reference_id, key, name, permissions)
    values (${userId}, ${hashOfApiKey(key)}, 'A program', ${permissions}) returning id`;
  return { id: row?.id ?? "", key };
}

async function lastUsed(id: string): Promise<Date | null> {
  const [row] = await test.owner<{ at: Date | null }[]>`
    select last_request as at from api_keys where id = ${id}`;
  return row?.at ?? null;
}

/** As if the key had been used that long ago. */
async function backdate(id: string, interval: string): Promise<Date | null> {
  await test.owner`update api_keys set last_request = now() - ${interval}::interval where id = ${id}`;
  return lastUsed(id);
}

describe("when a key was last used", () => {
  it("is written after it is noted", async () => {
    const { id } = await newKey();
    noteUse(id);
    await flushUses();
    expect(await lastUsed(id)).toBeInstanceOf(Date);
  });

  it("is written at most once a minute by one server", async () => {
    const { id } = await newKey();
    noteUse(id);
    await flushUses();
    await test.owner`update api_keys set last_request = null where id = ${id}`;
    noteUse(id);
    await flushUses();
    expect(await lastUsed(id)).toBeNull();
    noteUse(id, performance.now() + 60_000);
    await flushUses();
    expect(await lastUsed(id)).not.toBeNull();
  });

  it("is written at most once a minute by all servers together", async () => {
    const { id } = await newKey();
    const byAnother = await backdate(id, "50 seconds");
    noteUse(id);
    await flushUses();
    expect(await lastUsed(id)).toEqual(byAnother);
  });

  it("is kept of requests that may write; one that reads leaves nothing in the table", async () => {
    const { id, key } = await newKey();
    const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
    const noParams = { params: Promise.resolve({}) };
    const read = await accounts(new Request("http://once.test/api/accounts", { headers }), noParams);
    await flushUses();
    expect([read.status, await lastUsed(id)]).toEqual([200, null]);
    const body = JSON.stringify({ purpose: { kind: "transfer", intentId: randomUUID() } });
    const written = await issue(
      new Request("http://once.test/api/idempotency-keys", { method: "POST", headers, body }),
      noParams,
    );
    await flushUses();
    expect([written.status, await lastUsed(id)]).toEqual([201, expect.any(Date)]);
  });

  it("is lost and nothing else where the database refuses it, and the log does not quote the statement", async () => {
    const { id } = await newKey();
    const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
    await test.owner.unsafe("revoke update on api_keys from once_app");
    noteUse(id);
    await flushUses();
    await test.owner.unsafe("grant update on api_keys to once_app");
    expect(await lastUsed(id)).toBeNull();
    expect(warn.mock.calls).toEqual([["Writing when 1 API keys were used failed (42501)."]]);
  });
});
