/** Issuing that is sent again: what an earlier try did may be known to somebody else by then. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { setDatabase } from "../connection/client.ts";
import type { Sql } from "../connection/sql.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { keyFor, newOrder, newPerson, tally, transferTo } from "../testing/fixtures/people.ts";
import { issueKey } from "./issue.ts";
import { revokeKey } from "./revoke.ts";

const test = testDatabase();

/** Runs `work` while the first statement of the keys' pool is executed, `meanwhile` happens, and its answer is lost. */
async function losingTheFirstAnswer<T>(meanwhile: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  let statements = 0;
  const lossy: Sql = new Proxy(test.db.keys, {
    apply(pool, _this, args) {
      statements += 1;
      const query = Reflect.apply(pool, undefined, args) as Promise<unknown>;
      if (statements > 1) return query;
      return (async () => {
        await query;
        setDatabase(test.db);
        await meanwhile();
        throw Object.assign(new Error("The answer was lost."), { code: "CONNECTION_CLOSED" });
      })();
    },
  });
  setDatabase(Object.create(test.db, { keys: { get: () => (statements === 0 ? lossy : test.db.keys) } }));
  try {
    return await work();
  } finally {
    setDatabase(test.db);
  }
}

it("a key that was revoked while its issuing was sent again never comes back", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  const purpose = { kind: "transfer", intentId: randomUUID() } as const;
  let revoked: string | undefined;
  const issued = await losingTheFirstAnswer(
    async () => {
      revoked = await keyFor(payer.id, purpose);
      expect(await revokeKey(payer.id, revoked)).toEqual({ state: "void" });
    },
    () => issueKey(payer.id, purpose),
  );
  if (issued.type !== "created" || revoked === undefined) throw new Error(`It was ${issued.type}.`);
  expect(issued.key).not.toBe(revoked);
  const command = transferTo(payee, "10");
  expect(await pay(payer.id, revoked, command)).toEqual({ type: "void" });
  expect(tally([await pay(payer.id, issued.key, command)])).toEqual({ paid: 1 });
});

it("an intent that has refunded one payment is refused for another", async () => {
  const [payer, merchant] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n, "merchant")];
  const sales: string[] = [];
  for (let sale = 0; sale < 2; sale += 1) {
    const { purpose, command } = await newOrder(merchant, "10");
    const key = await keyFor(payer.id, purpose);
    await pay(payer.id, key, command);
    sales.push(key);
  }
  const [first = "", second = ""] = sales;
  const intentId = randomUUID();
  const key = await keyFor(merchant.id, { kind: "refund", paymentId: first, intentId });
  await pay(merchant.id, key, { operation: "refund", paymentId: first });
  expect(await issueKey(merchant.id, { kind: "refund", paymentId: second, intentId })).toEqual({
    type: "other-subject",
  });
  expect(await issueKey(merchant.id, { kind: "refund", paymentId: first, intentId })).toMatchObject({
    type: "settled",
  });
});
