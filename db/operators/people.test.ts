/** Names, sessions and API keys are changed by operators alone, for good, and written down by the statement that does it. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findByApiKey, judgeNewKey, listApiKeys } from "../identity/api-keys.ts";
import { listSessions } from "../identity/sessions.ts";
import { findByHandle } from "../identity/users.ts";
import { pay } from "../payments/pay.ts";
import { findReceipt } from "../payments/views/receipt.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { apiKeyOf, keyFor, newOrder, newPerson, type Person } from "../testing/fixtures/people.ts";
import { endSessionsOf, renamePerson, revokeApiKeysOf } from "./people.ts";
import { setRole } from "./roles.ts";

const test = testDatabase();
const REASON = "Because of a test";
const newOperator = () => newPerson(test.owner, 0n, "operator");

async function newSession({ id }: Pick<Person, "id">, expires = "1 day"): Promise<string> {
  const [row] = await test.owner<{ id: string }[]>`
    insert into sessions (user_id, token, expires_at, ip_address, user_agent)
    values (${id}, ${randomUUID()}, now() + ${expires}::interval, '192.0.2.1', 'Firefox') returning id`;
  return row?.id ?? "";
}

function auditOf(actor: { id: string }) {
  return test.owner<{ action: string; subject_id: string; before: unknown; after: unknown }[]>`
    select action, subject_id, reason, before, after from audit_log where actor_id = ${actor.id} order by at, id`;
}

const stateOf = (id: string) => test.owner`
  select u.name, u.name_skeleton, (select count(*) from sessions s where s.user_id = u.id) as sessions,
         (select count(*) from api_keys k where k.reference_id = u.id) as keys
    from users u where u.id = ${id}`;

/** Somebody with a session and an API key. */
async function somebody(): Promise<Person> {
  const person = await newPerson(test.owner, 0n, "merchant");
  await newSession(person);
  await apiKeyOf(test.owner, person.id);
  return person;
}

const ACTIONS: Record<string, (actorId: string, userId: string) => Promise<string>> = {
  rename: (actorId, userId) => renamePerson({ actorId, userId, reason: REASON }, `Name ${userId}`),
  "end sessions": (actorId, userId) => endSessionsOf({ actorId, userId, reason: REASON }),
  "revoke API keys": (actorId, userId) => revokeApiKeysOf({ actorId, userId, reason: REASON }),
};

describe.each(Object.entries(ACTIONS))("%s", (_name, act) => {
  it("is refused in SQL to whoever is no operator, or is a frozen one, and leaves no row", async () => {
    const frozen = await newOperator();
    await test.owner`update users set frozen_at = now() where id = ${frozen.id}`;
    const subject = await somebody();
    const before = await stateOf(subject.id);
    for (const actor of [await newPerson(test.owner, 0n), await somebody(), frozen, { id: randomUUID() }]) {
      expect(await act(actor.id, subject.id)).toBe("not_operator");
      expect(await auditOf(actor)).toEqual([]);
    }
    expect(await stateOf(subject.id)).toEqual(before);
  });

  it("is done to nobody by themselves, and to nobody who is not there", async () => {
    const operator = await newOperator();
    await newSession(operator);
    await apiKeyOf(test.owner, operator.id);
    const before = await stateOf(operator.id);
    expect(await act(operator.id, operator.id)).toBe("self");
    expect(await act(operator.id, randomUUID())).toBe("unknown_user");
    expect(await stateOf(operator.id)).toEqual(before);
    expect(await auditOf(operator)).toEqual([]);
  });

  it("is undone with its row: where the row cannot be written, nothing was done; then once, and no second time", async () => {
    const [operator, subject] = [await newOperator(), await somebody()];
    const before = await stateOf(subject.id);
    await test.owner.unsafe(
      `alter table audit_log add constraint no_row check (reason <> '${REASON}') not valid`,
    );
    try {
      await expect(act(operator.id, subject.id)).rejects.toMatchObject({ code: "23514" });
      expect(await stateOf(subject.id)).toEqual(before);
    } finally {
      await test.owner.unsafe("alter table audit_log drop constraint no_row");
    }
    expect(await act(operator.id, subject.id)).toBe("done");
    expect(await act(operator.id, subject.id)).toBe("unchanged");
    expect(await auditOf(operator)).toMatchObject([{ subject_id: subject.id, reason: REASON }]);
  });
});

describe("a name", () => {
  it("of a merchant is changed, kept apart from all others', and written down before and after", async () => {
    const operator = await newOperator();
    const [one, other] = [await somebody(), await somebody()];
    const act = (person: Person, name: string) =>
      renamePerson({ actorId: operator.id, userId: person.id, reason: REASON }, name);
    expect(await act(one, "Corner Bakery")).toBe("done");
    expect(await act(other, "Соrner  BAKERY")).toBe("name_taken");
    expect((await findByHandle(one.handle))?.name).toBe("Corner Bakery");
    expect((await findByHandle(other.handle))?.name).toBe(other.handle);
    expect(await auditOf(operator)).toMatchObject([
      { action: "rename", before: { name: one.handle }, after: { name: "Corner Bakery" } },
    ]);
    // Free again once its bearer has another one.
    expect(await act(one, "Harbour Bakery")).toBe("done");
    expect(await act(other, "Corner Bakery")).toBe("done");
  });

  it("of two who get the same at once, one gets it", async () => {
    const operators = [await newOperator(), await newOperator()];
    const people = [await somebody(), await somebody()];
    const verdicts = await Promise.all(
      people.map(({ id }, n) =>
        renamePerson({ actorId: operators[n]?.id ?? "", userId: id, reason: REASON }, "Twin Cafe"),
      ),
    );
    expect(verdicts.toSorted()).toEqual(["done", "name_taken"]);
  });

  it("of a payer may be anybody's, and holds no merchant up", async () => {
    const operator = await newOperator();
    const [payer, merchant] = [await newPerson(test.owner, 0n), await somebody()];
    const act = (person: Person) =>
      renamePerson({ actorId: operator.id, userId: person.id, reason: REASON }, "Common Name");
    expect([await act(payer), await act(merchant)]).toEqual(["done", "done"]);
    const [row] = await stateOf(payer.id);
    expect(row).toMatchObject({ name: "Common Name", name_skeleton: null });
  });

  it("on a receipt is the one of when it was paid, however often it changes", async () => {
    const operator = await newOperator();
    const [payer, merchant] = [await newPerson(test.owner, 1_000n), await somebody()];
    const rename = (name: string) =>
      renamePerson({ actorId: operator.id, userId: merchant.id, reason: REASON }, name);
    const buy = async () => {
      const { purpose, command } = await newOrder(merchant, "100");
      const key = await keyFor(payer.id, purpose);
      expect(await pay(payer.id, key, command)).toMatchObject({ type: "settled" });
      return key;
    };
    const first = await buy();
    await rename("Second Name");
    const second = await buy();
    await setRole({
      actorId: operator.id,
      user: (await findByHandle(merchant.handle)) ?? (payer as never),
      role: "merchant",
      name: "Third Name",
      reason: REASON,
    });
    await rename("Fourth Name");
    const fourth = await buy();
    const names = await Promise.all(
      [first, second, fourth].map(async (key) => (await findReceipt(payer.id, key))?.payee.name),
    );
    expect(names).toEqual([merchant.handle, "Second Name", "Fourth Name"]);
  });

  it("that was is neither changed nor forgotten by anybody", async () => {
    const [operator, merchant] = [await newOperator(), await somebody()];
    await renamePerson({ actorId: operator.id, userId: merchant.id, reason: REASON }, "New Sign");
    for (const statement of ["update earlier_names set name = 'x'", "delete from earlier_names"]) {
      await expect(test.owner.unsafe(statement)).rejects.toMatchObject({ code: "23000" });
      await expect(test.db.readingSql.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
    }
  });
});

describe("sessions", () => {
  it("end one by one or all together, the person's alone, and the log says how many", async () => {
    const [operator, person, other] = [
      await newOperator(),
      await newPerson(test.owner, 0n),
      await somebody(),
    ];
    const [first, second] = [await newSession(person), await newSession(person), await newSession(person)];
    await newSession(person, "-1 day");
    const act = (session?: string) =>
      endSessionsOf({ actorId: operator.id, userId: person.id, reason: REASON }, session);
    expect(await act(first)).toBe("done");
    const [ofOther] = await listSessions(other.id);
    expect(await act(ofOther?.id)).toBe("unchanged");
    expect((await listSessions(person.id)).map(({ id }) => id)).toContain(second);
    expect(await act()).toBe("done");
    expect(await listSessions(person.id)).toEqual([]);
    expect(await listSessions(other.id)).toHaveLength(1);
    expect((await auditOf(operator)).map(({ after }) => after)).toEqual([
      { ended: 1, session: first },
      { ended: 2 },
    ]);
  });
});

describe("API keys", () => {
  it("are revoked one by one or all together, and are no key from then on", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    const keys = [await apiKeyOf(test.owner, person.id), await apiKeyOf(test.owner, person.id)];
    const [listed] = await listApiKeys(person.id);
    const act = (id?: string) =>
      revokeApiKeysOf({ actorId: operator.id, userId: person.id, reason: REASON }, id);
    expect(await act(listed?.id)).toBe("done");
    expect(await listApiKeys(person.id)).toHaveLength(1);
    expect(await act()).toBe("done");
    for (const key of keys) expect(await findByApiKey(key)).toBeUndefined();
    expect((await auditOf(operator)).map(({ action }) => action)).toEqual([
      "revoke-api-keys",
      "revoke-api-keys",
    ]);
  });

  it("revoked all together leave none that is being made meanwhile", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    const sessionId = await newSession(person);
    const [made] = await test.owner<{ id: string }[]>`
      insert into api_keys (key, reference_id, metadata) values (${randomUUID()}, ${person.id}, '{}') returning id`;
    await revokeApiKeysOf({ actorId: operator.id, userId: person.id, reason: REASON });
    const verdict = await judgeNewKey({
      userId: person.id,
      sessionId,
      keyId: made?.id ?? "",
      intentId: randomUUID(),
    });
    expect(verdict).toBe("gone");
  });
});

it("both commit synchronously, also where the session would not wait", async () => {
  const [operator, person] = [await newOperator(), await somebody()];
  const [row] = await test.db.readingSql<{ mode: string }[]>`
    select current_setting('synchronous_commit') as mode
      from set_config('synchronous_commit', 'off', true),
           lateral (select end_sessions_v1(${operator.id}::uuid, ${person.id}::uuid, null, ${REASON}),
                           revoke_api_keys_v1(${operator.id}::uuid, ${person.id}::uuid, null, ${REASON}) offset 0) done`;
  expect(row?.mode).toBe("on");
});
