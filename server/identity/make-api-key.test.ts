/** A user has no more API keys than they may, and a form makes one, however many requests come at once. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findByApiKey, KEYS_PER_USER } from "@/db/identity/api-keys";
import { testDatabase } from "@/db/testing/fixtures/database";
import { newPerson } from "@/db/testing/fixtures/people";
import { type MadeKey, makeApiKey } from "./make-api-key.ts";

const test = testDatabase();

async function newSession(userId: string): Promise<string> {
  const id = randomUUID();
  await test.owner`
    insert into sessions (id, user_id, token, expires_at) values (${id}, ${userId}, ${id}, now() + interval '1 hour')`;
  return id;
}

async function make(userId: string, intentId = randomUUID()): Promise<MadeKey> {
  const sessionId = await newSession(userId);
  return makeApiKey({ userId, sessionId, name: "A program", scopes: ["payments:read"], intentId });
}

async function keysOf(userId: string): Promise<number> {
  const [row] = await test.owner<{ keys: string }[]>`
    select count(*) as keys from api_keys where reference_id = ${userId}`;
  return Number(row?.keys);
}

function tally(made: readonly MadeKey[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type } of made) counts[type] = (counts[type] ?? 0) + 1;
  return counts;
}

describe("of sixty keys asked for at once", () => {
  it("as many are made as a user may have, and each that was told is good", async () => {
    const { id } = await newPerson(test.owner, 0n);
    const made = await Promise.all(Array.from({ length: 60 }, () => make(id)));
    expect(tally(made)).toEqual({ made: KEYS_PER_USER, "too-many": 60 - KEYS_PER_USER });
    expect(await keysOf(id)).toBe(KEYS_PER_USER);
    for (const one of made) {
      if (one.type === "made")
        expect(await findByApiKey(one.key)).toMatchObject({ id: one.id, user: { id } });
    }
    expect(await make(id)).toEqual({ type: "too-many" });
    expect(await keysOf(id)).toBe(KEYS_PER_USER);
  });

  it("the places that are left are filled, and nobody else's key is touched", async () => {
    const [{ id }, other] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
    await make(other.id);
    for (let n = 0; n < KEYS_PER_USER - 3; n += 1) await make(id);
    const made = await Promise.all(Array.from({ length: 60 }, () => make(id)));
    expect(tally(made)).toEqual({ made: 3, "too-many": 57 });
    expect([await keysOf(id), await keysOf(other.id)]).toEqual([KEYS_PER_USER, 1]);
  });
});

it("one form makes one key, pressed at once or again", async () => {
  const { id } = await newPerson(test.owner, 0n);
  const intentId = randomUUID();
  const made = await Promise.all(Array.from({ length: 8 }, () => make(id, intentId)));
  expect(tally(made)).toEqual({ made: 1, "made-already": 7 });
  expect(await make(id, intentId)).toEqual({ type: "made-already" });
  expect(await keysOf(id)).toBe(1);
});

it("somebody else's form of the same id is another form", async () => {
  const [one, other] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
  const intentId = randomUUID();
  expect((await make(one.id, intentId)).type).toBe("made");
  expect((await make(other.id, intentId)).type).toBe("made");
});

describe("a session that has ended while it asks", () => {
  const asked = { name: "A program", scopes: ["payments:read"] as const };

  it("makes no key, and leaves none", async () => {
    const { id: userId } = await newPerson(test.owner, 0n);
    const sessionId = await newSession(userId);
    await test.owner`delete from sessions where id = ${sessionId}`;
    expect(await makeApiKey({ userId, sessionId, ...asked, intentId: randomUUID() })).toEqual({
      type: "gone",
    });
    expect(await keysOf(userId)).toBe(0);
  });

  it("or is somebody else's, or over, makes none either", async () => {
    const [{ id: userId }, other] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
    const over = await newSession(userId);
    await test.owner`update sessions set expires_at = now() - interval '1 second' where id = ${over}`;
    for (const sessionId of [over, await newSession(other.id)])
      expect(await makeApiKey({ userId, sessionId, ...asked, intentId: randomUUID() })).toEqual({
        type: "gone",
      });
    expect(await keysOf(userId)).toBe(0);
  });
});
