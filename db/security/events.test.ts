/** Whatever changes who can come in leaves an event, by whichever statement; refusals are counted, and a flood fills nothing. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it } from "vitest";
import { changeAddress, changePasswordFrom, resetPassword } from "../identity/credentials.ts";
import { endSession, endSessions, signOutByToken } from "../identity/sessions.ts";
import { endSessionsOf, revokeApiKeysOf } from "../operators/people.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { apiKeyOf, newPerson, type Person } from "../testing/fixtures/people.ts";
import { listSecurityEvents } from "./list.ts";
import { pruneSecurityEvents } from "./prune.ts";
import { flushRefusals, ROWS_PER_MINUTE, recordRefusal } from "./record.ts";

const test = testDatabase();

async function newSession({ id }: Pick<Person, "id">) {
  const token = randomUUID();
  const [row] = await test.owner<{ id: string }[]>`
    insert into sessions (user_id, token, expires_at, ip_address, user_agent)
    values (${id}, ${token}, now() + interval '1 day', '192.0.2.1', ${"Firefox ".repeat(100)}) returning id`;
  return { id: row?.id ?? "", token };
}

async function kindsOf(userId: string): Promise<string[]> {
  const events = await listSecurityEvents({ userId }, { limit: 100 });
  return events.map(({ kind, detail }) => (detail === undefined ? kind : `${kind}: ${detail}`)).toReversed();
}

describe("an event", () => {
  it("tells of a sign-up, of sessions that begin and end, and why they ended", async () => {
    const [operator, person] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 0n)];
    const sessions = [];
    for (let n = 0; n < 5; n += 1) sessions.push(await newSession(person));
    const [own, ended, , , kept] = sessions;
    if (!own || !ended || !kept) throw new Error("Bug: no sessions.");
    await signOutByToken(own.token);
    await endSession(person.id, ended.id);
    await endSessions(person.id, kept.token);
    await endSessionsOf({ actorId: operator.id, userId: person.id, reason: "A test" });
    expect((await kindsOf(person.id)).toSorted()).toEqual([
      "session-ended",
      "session-ended",
      "session-ended",
      "session-ended: operator",
      ...Array.from({ length: 5 }, () => "signed-in"),
      "signed-out",
      "signed-up",
    ]);
    const [newest] = await listSecurityEvents({ userId: person.id }, { limit: 1 });
    expect(newest).toMatchObject({ address: "192.0.2.1", count: 1, user: { handle: person.handle } });
    expect(newest?.userAgent).toHaveLength(200);
  });

  it("tells of no end of a session that was over before", async () => {
    const person = await newPerson(test.owner, 0n);
    const { id } = await newSession(person);
    await test.owner`update sessions set expires_at = now() - interval '1 minute' where id = ${id}`;
    await endSession(person.id, id);
    expect(await kindsOf(person.id)).toEqual(["signed-up", "signed-in"]);
  });

  it("tells of passwords and addresses, from where", async () => {
    const person = await newPerson(test.owner, 0n);
    const email = `${person.handle}@once.test`;
    await test.owner`
      insert into credentials (user_id, provider_id, account_id, password) values (${person.id}, 'credential', ${person.id}, 'a')`;
    const origin = { address: "192.0.2.7", userAgent: "Safari" };
    const { id: sessionId } = await newSession(person);
    const change = { userId: person.id, sessionId, hash: "b", revokesKeys: false, notice: undefined, origin };
    expect(await changePasswordFrom({ ...change, oldHash: "wrong" })).toBe(false);
    expect(await changePasswordFrom({ ...change, oldHash: "a" })).toBe(true);
    const [link] = await test.owner<{ id: string }[]>`
      insert into verifications (identifier, value, expires_at)
      values ('x', ${person.id}, now() + interval '1 hour') returning id`;
    const reset = { userId: person.id, linkId: link?.id ?? "", email, hash: "c", revokesKeys: false, origin };
    expect(await resetPassword({ ...reset, notice: undefined })).toBe(true);
    const again = await newSession(person);
    const moved = await changeAddress({
      userId: person.id,
      sessionId: again.id,
      atHash: "c",
      oldEmail: email,
      email: `new-${email}`,
      notice: undefined,
      origin,
    });
    expect(moved).toBe(true);
    expect((await kindsOf(person.id)).filter((kind) => !kind.startsWith("sign"))).toEqual([
      expect.stringMatching(/^(password-changed|session-ended: password)$/),
      expect.stringMatching(/^(password-changed|session-ended: password)$/),
      "password-reset",
      "address-changed",
    ]);
    const events = await listSecurityEvents({ userId: person.id }, { limit: 50 });
    for (const kind of ["password-changed", "password-reset", "address-changed"])
      expect(events.find((one) => one.kind === kind)).toMatchObject(origin);
  });

  it("tells of API keys that are made and revoked, by how they start", async () => {
    const [operator, person] = [await newPerson(test.owner, 0n, "operator"), await newPerson(test.owner, 0n)];
    await apiKeyOf(test.owner, person.id);
    await test.owner`update api_keys set start = 'once_abcde' where reference_id = ${person.id}`;
    await revokeApiKeysOf({ actorId: operator.id, userId: person.id, reason: "A test" });
    expect(await kindsOf(person.id)).toEqual(["signed-up", "api-key-made", "api-key-revoked: once_abcde"]);
  });

  it("is written by the statement that it tells of, or that did nothing", async () => {
    const person = await newPerson(test.owner, 0n);
    const { token } = await newSession(person);
    await test.owner.unsafe(
      "alter table security_events add constraint no_event check (kind <> 'signed-out') not valid",
    );
    try {
      await expect(signOutByToken(token)).rejects.toMatchObject({ code: "23514" });
    } finally {
      await test.owner.unsafe("alter table security_events drop constraint no_event");
    }
    expect(await test.owner`select 1 from sessions where token = ${token}`).toHaveLength(1);
  });
});

describe("refusals", () => {
  const MINUTE = 60_000;
  /** Each test its own minutes, so that they do not meet. */
  let minute = Date.now() - 1_000 * MINUTE;
  beforeEach(async () => {
    await flushRefusals();
    minute += 10 * MINUTE;
  });
  const recorded = () => test.owner<{ kind: string; address: string | null; count: number }[]>`
    select kind, address, count from security_events where tally is not null and at >= ${new Date(minute).toISOString()}::timestamptz
     order by at, kind, address`;

  it("of one kind and address are one row a minute, also where two servers count them", async () => {
    for (let n = 0; n < 40; n += 1) {
      recordRefusal({ kind: "origin-refused", address: "192.0.2.1", detail: "payNow" }, minute + n);
      if (n % 10 === 0) await flushRefusals();
    }
    recordRefusal({ kind: "origin-refused", address: "192.0.2.1" }, minute + 5 * MINUTE);
    await flushRefusals();
    expect(await recorded()).toEqual([
      { kind: "origin-refused", address: "192.0.2.1", count: 40 },
      { kind: "origin-refused", address: "192.0.2.1", count: 1 },
    ]);
  });

  it("from addresses without number fill no more rows than a minute has, and none is left uncounted", async () => {
    for (let n = 0; n < 5_000; n += 1)
      recordRefusal({ kind: "sign-in-failed", address: `2001:db8:${n.toString(16)}::/64` }, minute + n);
    await flushRefusals();
    const rows = await recorded();
    expect(rows).toHaveLength(2 * ROWS_PER_MINUTE + 1);
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(5_000);
    expect(rows.filter(({ address }) => address === null)).toMatchObject([
      { count: 5_000 - 2 * ROWS_PER_MINUTE },
    ]);
  });

  it("of somebody who is signed in are named, however many strangers try to sign in", async () => {
    const { id, handle } = await newPerson(test.owner, 0n);
    for (let n = 0; n < 10 * ROWS_PER_MINUTE; n += 1)
      recordRefusal({ kind: "sign-in-failed", address: "192.0.2.6", email: `${n}@nowhere.test` }, minute);
    recordRefusal({ kind: "role-refused", userId: id, address: "192.0.2.6", detail: "page /ops" }, minute);
    await flushRefusals();
    const events = await listSecurityEvents({ userId: id }, { limit: 10 });
    expect(events.filter(({ kind }) => kind === "role-refused")).toMatchObject([
      { user: { handle }, address: "192.0.2.6", count: 1, detail: "page /ops" },
    ]);
  });

  it("name whom somebody has tried to sign in as, and keep no address that is nobody's", async () => {
    const people = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
    const emails = [
      ...people.map(({ handle }) => `${handle}@once.test`),
      "eve@nowhere.test",
      "eva@nowhere.test",
    ];
    for (const email of emails)
      for (let n = 0; n < 2; n += 1)
        recordRefusal(
          { kind: "sign-in-failed", address: "192.0.2.5", email: email.toUpperCase() },
          minute + n,
        );
    await flushRefusals();
    const events = await listSecurityEvents({ address: "192.0.2.5" }, { limit: 10 });
    const counts = events.map(({ user, count }) => [user?.id, count] as const);
    expect(new Map(counts)).toEqual(
      new Map([
        [people[0]?.id, 2],
        [people[1]?.id, 2],
        [undefined, 4],
      ]),
    );
    expect(JSON.stringify(await test.owner`select * from security_events`)).not.toContain("nowhere.test");
  });

  it("that cannot be written are counted later", async () => {
    recordRefusal({ kind: "rate-limited", address: "192.0.2.9" }, minute);
    await test.owner.unsafe("alter function record_security_events_v1 rename to away");
    await flushRefusals();
    await test.owner.unsafe("alter function away rename to record_security_events_v1");
    recordRefusal({ kind: "rate-limited", address: "192.0.2.9" }, minute + 1);
    await flushRefusals();
    expect(await recorded()).toEqual([{ kind: "rate-limited", address: "192.0.2.9", count: 2 }]);
  });

  it("hold what a client sent as far as a row does, and nothing that Postgres cannot", async () => {
    const userAgent = `Bad\0\ud800${"x".repeat(500)}`;
    recordRefusal({ kind: "role-refused", address: "192.0.2.3", userAgent, detail: "y".repeat(500) }, minute);
    await flushRefusals();
    const [event] = await listSecurityEvents({ address: "192.0.2.3" }, { limit: 1 });
    expect(event?.userAgent).toMatch(/^Bad\ufffdx+$/);
    expect(event?.detail).toHaveLength(100);
  });
});

describe("the events", () => {
  const old = (kind: string, days: number, tally: string | null) => test.owner`
    insert into security_events (id, at, last_at, kind, tally)
    values (${randomUUID()}, now() - ${days} * interval '1 day', now(), ${kind}, ${tally}) returning id`;

  it("are changed by nobody, but for a count that grows, and removed only when they are old", async () => {
    await newSession(await newPerson(test.owner, 0n));
    await old("role-refused", 1, randomUUID());
    for (const statement of [
      "update security_events set address = 'x'",
      "update security_events set count = count + 1, kind = 'signed-in'",
      "update security_events set count = count + 1 where tally is null",
      "update security_events set count = count where tally is not null",
      "delete from security_events",
      "truncate security_events",
    ]) {
      await expect(test.owner.unsafe(statement), statement).rejects.toMatchObject({ code: "23000" });
      await expect(test.db.readingSql.unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
    }
    const insert = `insert into security_events (id, at, last_at, kind) values (gen_random_uuid(), now(), now(), 'signed-in')`;
    await expect(test.db.readingSql.unsafe(insert)).rejects.toMatchObject({ code: "42501" });
  });

  it("go after their time: refusals after 90 days, what changed something after 400", async () => {
    const rows = await Promise.all([
      old("origin-refused", 91, randomUUID()),
      old("origin-refused", 89, randomUUID()),
      old("signed-in", 399, null),
      old("signed-in", 401, null),
    ]);
    expect(await pruneSecurityEvents()).toBe(2);
    const left = await Promise.all(
      rows.map(([row]) => test.owner`select 1 from security_events where id = ${row?.id}`),
    );
    expect(left.map(({ length }) => length)).toEqual([0, 1, 1, 0]);
    expect(await pruneSecurityEvents()).toBe(0);
  });
});
