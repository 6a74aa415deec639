/** New keys by the batch: many by one statement, none that another guarantee stands in the way of, and nobody waits for a stranger. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { setDatabase } from "../../connection/client.ts";
import type { Sql } from "../../connection/sql.ts";
import { pay } from "../../payments/pay.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { holding } from "../../testing/fixtures/hold-lock.ts";
import {
  newOrder,
  newPerson,
  type Person,
  tally,
  transferKey,
  transferTo,
} from "../../testing/fixtures/people.ts";
import { rowsReadBy } from "../../testing/fixtures/rows-read.ts";
import { issueKey } from "../issue.ts";
import { revokeKey } from "../revoke.ts";
import { issueNewKey } from "./new-keys.ts";

const test = testDatabase();

/** As many as anybody may have open. */
const OPEN_MAX = 2_000;

const newIntent = () => ({ kind: "transfer", intentId: randomUUID() }) as const;

type Row = { n: number; expiresAt: Date | null; openKeys: number | null };

/** Asks the function itself for keys of transfers. */
function issueByStatement(
  wanted: readonly { user: Pick<Person, "id">; intentId?: string; key?: string; countMax?: number }[],
): PromiseLike<Row[]> {
  const batch = wanted.map(({ user, intentId, key, countMax }, n) => ({
    n,
    user_id: user.id,
    key: key ?? randomUUID(),
    kind: "transfer",
    purpose_id: intentId ?? randomUUID(),
    subject_id: null,
    count_max: countMax ?? null,
  }));
  return test.db.keys<Row[]>`
    select * from issue_new_keys_v1(${test.db.keys.json(batch)}::jsonb, '1 day') order by n`;
}

/** Fills a user's room with keys of other purposes, as another server would have issued them. */
async function issueElsewhere({ id }: Pick<Person, "id">, count: number): Promise<void> {
  await test.owner`
    insert into idempotency_keys (user_id, key, kind, purpose_id, expires_at, issued_in)
    select ${id}, gen_random_uuid(), 'transfer', gen_random_uuid(), now() + interval '1 day', database_identity()
      from generate_series(1, ${count}::int)`;
}

/** How many statements the pool of keys is sent while `work` runs. */
async function countingStatements<T>(work: () => Promise<T>): Promise<{ result: T; statements: number }> {
  let statements = 0;
  const counting: Sql = new Proxy(test.db.keys, {
    apply(pool, _this, args) {
      statements += 1;
      return Reflect.apply(pool, undefined, args);
    },
  });
  setDatabase(Object.create(test.db, { keys: { value: counting } }));
  try {
    return { result: await work(), statements };
  } finally {
    setDatabase(test.db);
  }
}

describe("forms that open at once", () => {
  it("get a key each, by few statements, and each key pays", async () => {
    const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
    const { result, statements } = await countingStatements(() =>
      Promise.all(Array.from({ length: 40 }, () => issueKey(payer.id, newIntent()))),
    );
    const keys = result.map((issued) => (issued.type === "created" ? issued.key : issued.type));
    expect(new Set(keys).size).toBe(40);
    expect(statements).toBeLessThan(5);
    const paid = await Promise.all(keys.slice(0, 5).map((key) => pay(payer.id, key, transferTo(payee, "1"))));
    expect(tally(paid)).toEqual({ paid: 5 });
  });

  it("for one purpose get one key", async () => {
    const payer = await newPerson(test.owner, 0n);
    const purpose = newIntent();
    const issued = await Promise.all(Array.from({ length: 20 }, () => issueKey(payer.id, purpose)));
    expect(new Set(issued.map((one) => "key" in one && one.key)).size).toBe(1);
    expect(issued.filter(({ type }) => type === "created")).toHaveLength(1);
  });

  it("for orders that are there get keys, and for others none", async () => {
    const [payer, merchant] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n, "merchant")];
    const { purpose } = await newOrder(merchant, "10");
    const orders = [purpose, { kind: "order", orderId: randomUUID() } as const];
    const issued = await Promise.all(orders.map((one) => issueKey(payer.id, one)));
    expect(issued.map(({ type }) => type)).toEqual(["created", "not-found"]);
  });

  it("get their keys beside one that Postgres refuses", async () => {
    const payer = await newPerson(test.owner, 0n);
    const asked = ["nobody", payer.id].map((userId) => issueKey(userId, newIntent()));
    const [refused, issued] = await Promise.allSettled(asked);
    expect(refused).toMatchObject({ status: "rejected", reason: { code: "22P02" } });
    expect(issued).toMatchObject({ status: "fulfilled", value: { type: "created" } });
  });

  it("do not wait for one whose purpose somebody else is writing", async () => {
    const payer = await newPerson(test.owner, 0n);
    const purpose = newIntent();
    const key = randomUUID();
    const held = await holding(
      test.owner,
      `insert into idempotency_keys
       values ('${payer.id}', '${key}', 'transfer', '${purpose.intentId}', null, now() + interval '1 day', database_identity())`,
      async () => {
        const waiting = issueKey(payer.id, purpose);
        const others = await Promise.all(Array.from({ length: 8 }, () => issueKey(payer.id, newIntent())));
        expect(others.map(({ type }) => type)).toEqual(Array(8).fill("created"));
        return { waiting };
      },
    );
    expect(await held.waiting).toMatchObject({ type: "found", key });
  });

  it("on two servers do not wait for each other in a circle", async () => {
    const users = [...Array(3)].map(() => ({ id: randomUUID() })).sort((a, b) => (a.id < b.id ? -1 : 1));
    const [first, middle, last] = users.map((user) => ({ user, intentId: randomUUID() }));
    if (!first || !middle || !last) throw new Error("Bug: not three.");
    await test.owner`alter function issue_new_keys_v1 set lock_timeout = '10s'`;
    // Both come as far as the one in the middle, which is held, and then go on: in the order they were asked, each to the other's first.
    const both = await holding(
      test.owner,
      `insert into idempotency_keys
       values ('${middle.user.id}', gen_random_uuid(), 'transfer', '${middle.intentId}', null, now() + interval '1 day', database_identity())`,
      async ({ waiting }) => {
        const batches = [
          [first, middle, last],
          [last, middle, first],
        ].map(async (wanted) => issueByStatement(wanted));
        await waiting(2);
        return { batches };
      },
    ).then(({ batches }) => Promise.all(batches));
    await test.owner`alter function issue_new_keys_v1 set lock_timeout = '100ms'`;
    const issued = both.flat().filter(({ expiresAt }) => expiresAt !== null);
    expect(issued).toHaveLength(2);
  });
});

describe("a purpose that is paid", () => {
  it("gets no key, and leaves none: also where its payment commits while the insert waits for it", async () => {
    const payer = await newPerson(test.owner, 0n);
    const { intentId } = newIntent();
    const key = await transferKey(payer);
    await test.owner`update idempotency_keys set purpose_id = ${intentId} where key = ${key}`;
    await test.owner`alter function issue_new_keys_v1 set lock_timeout = '10s'`;
    const issuing = await holding(
      test.owner,
      `delete from idempotency_keys where user_id = '${payer.id}' and key = '${key}'`,
      async ({ waiting, perform }) => {
        const answer = Promise.resolve(issueByStatement([{ user: payer, intentId }]));
        await waiting(1);
        await perform(`
          insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                                payee_account_id, request_hash, renderer, settled_at)
          values ('${payer.id}', '${key}', 'transfer', '${intentId}', 'succeeded', 1, 'USD',
                  gen_random_uuid(), gen_random_uuid(), sha256('x'), 1, clock_timestamp())`);
        return { answer };
      },
    );
    expect(await issuing.answer).toEqual([{ n: 0, expiresAt: null, openKeys: null }]);
    await test.owner`alter function issue_new_keys_v1 set lock_timeout = '100ms'`;
    const left = await test.owner`select 1 from idempotency_keys where purpose_id = ${intentId}`;
    expect(left).toHaveLength(0);
  });
});

describe("of a user who has as many open keys as anybody may", () => {
  it("an existing key is found, no other is issued, and one that is revoked makes room for one", async () => {
    const payer = await newPerson(test.owner, 0n);
    await issueElsewhere(payer, OPEN_MAX - 1);
    const purpose = newIntent();
    const last = await issueKey(payer.id, purpose);
    if (last.type !== "created") throw new Error(`Not a new key: ${last.type}.`);
    expect(await issueKey(payer.id, newIntent())).toEqual({ type: "capped" });
    expect(await issueKey(payer.id, purpose)).toMatchObject({ type: "found", key: last.key });
    await revokeKey(payer.id, last.key);
    const asked = await Promise.all([issueKey(payer.id, newIntent()), issueKey(payer.id, newIntent())]);
    expect(asked.map(({ type }) => type).sort()).toEqual(["capped", "created"]);
    expect(await issueKey(payer.id, newIntent())).toEqual({ type: "capped" });
  });

  it("keys of another database take no room", async () => {
    const payer = await newPerson(test.owner, 0n);
    await issueElsewhere(payer, 1);
    await test.owner`update idempotency_keys set issued_in = 'elsewhere' where user_id = ${payer.id}`;
    const [row] = await issueByStatement([{ user: payer, countMax: 1 }]);
    expect(row).toMatchObject({ openKeys: 0, expiresAt: expect.any(Date) });
  });

  it("one statement issues no more than there is room for", async () => {
    const payer = { id: randomUUID() };
    const rows = await issueByStatement(Array(4).fill({ user: payer, countMax: 2 }));
    expect(rows.filter(({ expiresAt }) => expiresAt !== null)).toHaveLength(2);
  });
});

it("a user's open keys are counted now and then, not for each key of a rush", async () => {
  const payer = await newPerson(test.owner, 0n);
  const ROWS = 500;
  await issueElsewhere(payer, ROWS);
  await transferKey(payer);
  const KEYS = 20;
  const rush = () => Promise.all(Array.from({ length: KEYS }, () => transferKey(payer)));
  const reads = await rowsReadBy(test, ["idempotency_keys"], rush);
  // For each statement that asks for some of them once, at most.
  expect(reads.get("idempotency_keys")).toBeLessThan((KEYS / 2) * ROWS);
});

it("whoever has given up is issued none", async () => {
  const payer = await newPerson(test.owner, 0n);
  const wanted = {
    userId: payer.id,
    kind: "transfer",
    purposeId: randomUUID(),
    subjectId: null,
    openMax: 10,
  };
  expect(await issueNewKey({ ...wanted, latestMs: performance.now() })).toBeUndefined();
  expect(await test.owner`select from idempotency_keys where user_id = ${payer.id}`).toHaveLength(0);
  expect(await issueNewKey({ ...wanted, latestMs: performance.now() + 60_000 })).toBeDefined();
});
