/** What an operator learns of keys and does to them: certain, written down by the same statement, and said twice alike. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { flushAttempts, recordAttempt } from "../../attempts/record.ts";
import { pay } from "../../payments/pay.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { holding, holdingAccount } from "../../testing/fixtures/hold-lock.ts";
import {
  expectBooksRight,
  newPerson,
  newTransfer,
  tally,
  transferKey,
} from "../../testing/fixtures/people.ts";
import { rowsReadBy } from "../../testing/fixtures/rows-read.ts";
import { keyState } from "../state.ts";
import { readKey } from "./find-key.ts";
import { findListedKey, listKeys } from "./list-keys.ts";
import { revokeKeyFor } from "./revoke-key.ts";

const test = testDatabase();
const REASON = "They asked us to";

const newOperator = () => newPerson(test.owner, 0n, "operator");
const auditOf = (key: string) => test.owner`
  select actor_id, action, subject_kind, reason, before, after from audit_log where subject_id = ${key}`;

async function arrived(userId: string, key: string, verdict: "unknown" | "void") {
  recordAttempt({ userId, key, channel: "action", verdict, arrivedAt: new Date(), requestId: "a-request" });
  await flushAttempts();
}

describe("revoking for somebody", () => {
  it("makes an open key void for ever, is written down with its reason, and says the same again", async () => {
    const [operator, { payer, key, command, purpose }] = [await newOperator(), await newTransfer(test.owner)];
    const revoke = () => revokeKeyFor(operator.id, { userId: payer.id, key, reason: REASON });
    expect(await revoke()).toBe("void");
    expect(await revoke()).toBe("void");
    expect(await auditOf(key)).toEqual([
      {
        actor_id: operator.id,
        action: "revoke-key",
        subject_kind: "key",
        reason: REASON,
        before: {
          state: "open",
          userId: payer.id,
          kind: "transfer",
          purposeId: purpose.intentId,
          subjectId: null,
        },
        after: { state: "void" },
      },
    ]);
    expect(await keyState(payer.id, key)).toEqual({ state: "void" });
    expect(tally([await pay(payer.id, key, command)])).toEqual({ void: 1 });
    expect(await readKey(key)).toMatchObject({
      state: "void",
      owner: { id: payer.id },
      acts: [{ reason: REASON, by: { id: operator.id } }],
    });
    await expectBooksRight(test.owner);
  });

  it("waits for a payment that is under way, says that it was settled, and writes nothing down", async () => {
    const [operator, { payer, key, command }] = [await newOperator(), await newTransfer(test.owner)];
    const [paid, revoked] = await holdingAccount(test.owner, payer.accountId, async ({ waiting }) => {
      const paying = pay(payer.id, key, command);
      await waiting(1);
      const revoking = revokeKeyFor(operator.id, { userId: payer.id, key, reason: REASON });
      await waiting(2);
      return [paying, revoking];
    });
    expect(tally([await paid])).toEqual({ paid: 1 });
    expect(await revoked).toBe("settled");
    expect(await revokeKeyFor(operator.id, { userId: payer.id, key, reason: REASON })).toBe("settled");
    expect(await auditOf(key)).toEqual([]);
    expect(await readKey(key)).toMatchObject({ state: "settled", owner: { id: payer.id } });
    await expectBooksRight(test.owner);
  });

  it("by two at once is one revocation: both hear the same, one is written down", async () => {
    const { payer, key } = await newTransfer(test.owner);
    const operators = [await newOperator(), await newOperator()];
    const held = `select 1 from idempotency_keys where key = '${key}' for update`;
    const both = await holding(test.owner, held, async ({ waiting }) => {
      const revoking = operators.map(({ id }) => revokeKeyFor(id, { userId: payer.id, key, reason: REASON }));
      await waiting(2);
      return revoking;
    });
    expect(await Promise.all(both)).toEqual(["void", "void"]);
    expect(await auditOf(key)).toHaveLength(1);
  });

  it("is an operator's alone, who is not frozen, and of nobody's own key", async () => {
    const { payer, key } = await newTransfer(test.owner);
    const [frozen, merchant] = [await newOperator(), await newPerson(test.owner, 0n, "merchant")];
    await test.owner`update users set frozen_at = now() where id = ${frozen.id}`;
    for (const actor of [payer, frozen, merchant, { id: randomUUID() }])
      expect(await revokeKeyFor(actor.id, { userId: payer.id, key, reason: REASON })).toBe("not_operator");
    await test.owner`update users set role = 'operator' where id = ${payer.id}`;
    expect(await revokeKeyFor(payer.id, { userId: payer.id, key, reason: REASON })).toBe("self");
    expect(await keyState(payer.id, key)).toEqual({ state: "open" });
    expect(await auditOf(key)).toEqual([]);
  });

  it("is undone with its row: where the row cannot be written, the key is open still", async () => {
    const [operator, { payer, key }] = [await newOperator(), await newTransfer(test.owner)];
    const revoke = () => revokeKeyFor(operator.id, { userId: payer.id, key, reason: " " });
    await expect(revoke()).rejects.toMatchObject({ code: "23514" });
    expect(await keyState(payer.id, key)).toEqual({ state: "open" });
  });

  it("of another database's key writes nothing: it was void", async () => {
    const [operator, { payer, key }] = [await newOperator(), await newTransfer(test.owner)];
    await test.owner`update idempotency_keys set issued_in = 'elsewhere' where key = ${key}`;
    expect(await readKey(key)).toMatchObject({ state: "void" });
    expect(await revokeKeyFor(operator.id, { userId: payer.id, key, reason: REASON })).toBe("void");
    expect(await auditOf(key)).toEqual([]);
  });
});

describe("looking up", () => {
  it("finds an open key's user, and arrivals under a key that is void, of which nothing else is left", async () => {
    const { payer, key } = await newTransfer(test.owner);
    expect(await readKey(key)).toMatchObject({
      state: "open",
      owner: { id: payer.id },
      arrivals: [],
      acts: [],
    });
    await arrived(payer.id, key, "unknown");
    await test.owner`delete from idempotency_keys where key = ${key}`;
    await arrived(payer.id, key, "void");
    const found = await readKey(key);
    expect(found).toMatchObject({ state: "void", owner: { id: payer.id } });
    expect(found.arrivals.map(({ verdict }) => verdict)).toEqual(["unknown", "void"]);
    // Of another version, of the first moment and of the last that a key can carry.
    for (const [head, version] of [
      ["00000000-0000", 4],
      ["00000000-0000", 7],
      ["ffffffff-ffff", 7],
    ])
      expect(await readKey(`${head}-${version}000-8000-000000000000`)).toEqual({
        state: "void",
        owner: undefined,
        arrivals: [],
        acts: [],
      });
  });
});

describe("the list", () => {
  it("has every open key once, page by page, those first that were opened last; and narrows", async () => {
    await test.owner`delete from idempotency_keys`;
    const people = await Promise.all([1, 2, 3].map(() => newPerson(test.owner, 0n)));
    const keys: string[] = [];
    for (let at = 0; at < 30; at += 1) keys.push(await transferKey(people[at % 3] ?? { id: "" }));
    // Several of one moment.
    await test.owner`update idempotency_keys set expires_at = date_trunc('second', expires_at)`;
    const page = async (filter: Parameters<typeof listKeys>[0], limit: number) => {
      const all: string[] = [];
      let after: Parameters<typeof listKeys>[1]["after"];
      do {
        const found = await listKeys(filter, { limit, after });
        all.push(...found.entries.map(({ key }) => key));
        after = found.next;
      } while (after);
      return all;
    };
    const order = (
      await test.owner<{ key: string }[]>`
      select key from idempotency_keys order by expires_at desc, key desc`
    ).map(({ key }) => key);
    expect(await page({}, 7)).toEqual(order);
    expect(new Set(order)).toEqual(new Set(keys));
    expect(await page({ kind: "order" }, 7)).toEqual([]);
    const [person] = people;
    expect((await page({ ownerId: person?.id }, 4)).toSorted()).toEqual(
      keys.filter((_, at) => at % 3 === 0).toSorted(),
    );
    expect(await page({ issuedBefore: new Date(Date.now() - 3_600_000) }, 7)).toEqual([]);
    expect(await page({ issuedBefore: new Date(Date.now() + 3_600_000) }, 7)).toEqual(order);
    await arrived(person?.id ?? "", keys[0] ?? "", "unknown");
    expect(await page({ arrivedOnly: true }, 7)).toEqual([keys[0]]);
    expect(await findListedKey(person?.id ?? "", keys[0] ?? "")).toMatchObject({ key: keys[0], arrivals: 1 });
  });

  it("is read along the index of expiry, whatever is open", async () => {
    const { payer, key } = await newTransfer(test.owner);
    await test.owner`
      insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
      select gen_random_uuid(), gen_random_uuid(), 'transfer', gen_random_uuid(), now() + n * interval '1 second', database_identity()
        from generate_series(1, 20000) n`;
    await test.owner`vacuum analyze idempotency_keys`;
    const reads = await rowsReadBy(test, ["idempotency_keys"], async () => {
      const first = await listKeys({}, { limit: 25 });
      await listKeys({}, { limit: 25, after: first.next });
      await listKeys({ ownerId: payer.id }, { limit: 25 });
      expect(await findListedKey(payer.id, key)).toBeDefined();
    });
    expect(reads.get("idempotency_keys")).toBeLessThan(500);
  });
});
