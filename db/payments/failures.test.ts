/**
 * Walks the table of failures: each row is provoked, and the database is held against what the row says. A new decline
 * code or refusal without a way to provoke it does not compile.
 */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { DECLINE_CODES, type DeclineCode } from "../../lib/api/payment.ts";
import { mayPayAgain } from "../../lib/pay/state-machine.ts";
import type { Sql } from "../connection/client.ts";
import { errorCode } from "../execution/error-code.ts";
import { OutcomeUnknown, untilKnown } from "../execution/until-known.ts";
import { revokeKey } from "../idempotency/revoke.ts";
import { keyState } from "../idempotency/state.ts";
import { endAdjustment } from "../ledger/adjustments.ts";
import { cancelOrder } from "../orders/orders.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import {
  adjustmentEntry,
  fundingEntry,
  orderEntry,
  refundEntry,
  settleBatch,
  transferEntry,
  words,
} from "../testing/fixtures/entries.ts";
import {
  expectBooksRight,
  keyFor,
  newOrder,
  newPerson,
  type Person,
  transferKey,
} from "../testing/fixtures/people.ts";
import { FAILURES, type FailureRow, isDefinitive } from "./failures.ts";
import { settle } from "./settle.ts";
import { REFUSAL_REASONS, type RefusalReason, type SettlementEntry } from "./settlement.ts";
import { renderDecline } from "./views/render.ts";

const test = testDatabase();

const MAX_MINOR = 9_223_372_036_854_775_807n;
const START_MINOR = 100n;

/** Somebody sends 10 of their 100 to somebody who has 1; `changed` makes it go wrong. */
async function transfer(
  changed: (people: { payer: Person; payee: Person }) => Partial<SettlementEntry> = () => ({}),
): Promise<SettlementEntry> {
  const [payer, payee] = [await newPerson(test.owner, START_MINOR), await newPerson(test.owner, 1n)];
  return {
    ...transferEntry(payer, payee, await transferKey(payer), 10n),
    ...changed({ payer, payee }),
  };
}

/** A transfer after `update` was done to one of its accounts. */
async function transferAfter(side: "debit" | "credit", update: string): Promise<SettlementEntry> {
  const entry = await transfer();
  const account = side === "debit" ? entry.debitAccountId : entry.creditAccountId;
  await test.owner.unsafe(`update ledger_accounts set ${update} where id = $1`, [account]);
  return entry;
}

/** Somebody pays an order of 10. */
async function order(expiresAt?: string): Promise<{ entry: SettlementEntry; merchant: Person; id: string }> {
  const [payer, merchant] = [
    await newPerson(test.owner, START_MINOR),
    await newPerson(test.owner, 0n, "merchant"),
  ];
  const { orderId, purpose } = await newOrder(merchant, "10", expiresAt);
  const key = await keyFor(payer.id, purpose);
  return { entry: orderEntry(payer, merchant, key, orderId, 10n), merchant, id: orderId };
}

/** The refund of `amountMinor` of a payment of 10, or of one over 1000 that was declined. */
async function refund(amountMinor: bigint, sale: "paid" | "declined" = "paid"): Promise<SettlementEntry> {
  const [payer, merchant] = [await newPerson(test.owner, START_MINOR), await newPerson(test.owner, 50n)];
  const saleKey = await transferKey(payer);
  const sold = transferEntry(payer, merchant, saleKey, sale === "paid" ? 10n : 1_000n);
  expect(words(await settleBatch([sold]))).toEqual([sale === "paid" ? "paid" : "insufficient_funds"]);
  const key = await keyFor(merchant.id, { kind: "refund", paymentId: saleKey, intentId: randomUUID() });
  return refundEntry(merchant, payer, key, saleKey, amountMinor);
}

/** An operator puts 10 into somebody's account. */
async function funding() {
  const [operator, payee] = [await newPerson(test.owner, 50n, "operator"), await newPerson(test.owner, 0n)];
  const key = await keyFor(operator.id, { kind: "funding", intentId: randomUUID() });
  return { operator, entry: await fundingEntry(operator, payee, key, 10n) };
}

/** One operator asks for 10 from one to the other, and another approves it. */
async function adjustment() {
  const [asker, approver] = [
    await newPerson(test.owner, 0n, "operator"),
    await newPerson(test.owner, 0n, "operator"),
  ];
  const [from, to] = [await newPerson(test.owner, 50n), await newPerson(test.owner, 0n)];
  const { id, entry } = await adjustmentEntry(asker, approver, from, to, 10n);
  return { asker, id, entry };
}

type Provokers<Name extends string> = Record<Name, () => Promise<SettlementEntry>>;

const DECLINES: Provokers<DeclineCode> = {
  insufficient_funds: () => transfer(() => ({ amountMinor: START_MINOR + 1n })),
  async order_already_paid() {
    const { entry, merchant, id } = await order();
    const other = await newPerson(test.owner, 10n);
    const key = await keyFor(other.id, { kind: "order", orderId: id });
    expect(words([await settle(orderEntry(other, merchant, key, id, 10n))])).toEqual(["paid"]);
    return entry;
  },
  async order_cancelled() {
    const { entry, merchant, id } = await order();
    await cancelOrder(merchant.id, id);
    return entry;
  },
  order_expired: async () => (await order("2020-01-01T00:00:00Z")).entry,
  payee_closed: () => transferAfter("credit", "closed_at = now()"),
  limit_exceeded: () => transferAfter("debit", "day_limit_minor = 9"),
  refund_exceeds_payment: () => refund(11n),
  currency_mismatch: () => transfer(() => ({ currency: "JPY" })),
};

const REFUSALS: Provokers<RefusalReason> = {
  malformed: () => transfer(() => ({ currency: null })),
  async not_operator() {
    const { entry, operator } = await funding();
    await test.owner`update users set role = 'payer' where id = ${operator.id}`;
    return entry;
  },
  async house_account_mismatch() {
    const { entry, operator } = await funding();
    return { ...entry, debitAccountId: operator.accountId };
  },
  async own_account() {
    const { entry, operator } = await funding();
    return { ...entry, creditAccountId: operator.accountId };
  },
  async adjustment_unknown() {
    return { ...(await adjustment()).entry, amountMinor: 9n };
  },
  async same_operator() {
    const { entry, asker } = await adjustment();
    return { ...entry, actorId: asker.id };
  },
  async asker_not_operator() {
    const { entry, asker } = await adjustment();
    await test.owner`update users set role = 'payer' where id = ${asker.id}`;
    return entry;
  },
  async adjustment_ended() {
    const { entry, asker, id } = await adjustment();
    expect(await endAdjustment(asker.id, id, "withdrawn", "Not needed")).toBe("done");
    return entry;
  },
  amount_not_positive: () => transfer(() => ({ amountMinor: 0n })),
  payment_unknown: () => refund(1n, "declined"),
  async order_unknown() {
    const { entry, id } = await order();
    await test.owner`delete from orders where id = ${id}`;
    return entry;
  },
  payer_unknown: () => transfer(() => ({ debitAccountId: randomUUID() })),
  payee_unknown: () => transfer(() => ({ creditAccountId: null })),
  payee_is_payer: () => transfer(({ payer }) => ({ creditAccountId: payer.accountId })),
  payer_closed: () => transferAfter("debit", "closed_at = now()"),
  async merchant_mismatch() {
    const [{ entry }, outsider] = [await order(), await newPerson(test.owner, 0n)];
    return { ...entry, creditAccountId: outsider.accountId };
  },
  amount_mismatch: async () => ({ ...(await order()).entry, amountMinor: 11n }),
  async not_your_sale() {
    const [entry, outsider] = [await refund(1n), await newPerson(test.owner, 0n)];
    return { ...entry, creditAccountId: outsider.accountId };
  },
  overflow: () => transfer(() => ({ amountMinor: MAX_MINOR })),
};

const VERDICTS: Provokers<keyof typeof FAILURES.verdict> = {
  mismatch: () => transfer(() => ({ kind: "order", orderId: randomUUID() })),
  async reused() {
    const entry = await transfer();
    expect(words([await settle(entry)])).toEqual(["paid"]);
    return { ...entry, note: "another request", requestHash: Buffer.alloc(32) };
  },
  async void() {
    const entry = await transfer();
    await revokeKey(entry.userId, entry.key);
    return entry;
  },
};

/** All that an entry could have touched. */
async function booksOf({ userId, key, debitAccountId, creditAccountId }: SettlementEntry) {
  const [books] = await test.owner<{ open: number; recorded: number; balances: string; transfers: number }[]>`
    select (select count(*)::int from idempotency_keys where user_id = ${userId} and key = ${key}) as open,
           (select count(*)::int from payments where user_id = ${userId} and id = ${key}) as recorded,
           (select count(*)::int from ledger_transfers where id = ${key}) as transfers,
           (select jsonb_agg(jsonb_build_array(id, balance_minor, version) order by id)::text from ledger_accounts
             where id in (${debitAccountId}, ${creditAccountId})) as balances`;
  if (!books) throw new Error("Bug: the books answered nothing.");
  return books;
}

/** Provokes what `row` is about, and sees that the database did what the row says: no more, and the same every time. */
async function walk(row: FailureRow, word: string, provoke: () => Promise<SettlementEntry>) {
  const entry = await provoke();
  expect(row.disposition).toBe("pass on");
  expect((await keyState(entry.userId, entry.key)).state).toBe(row.key);
  const before = await booksOf(entry);

  const outcome = await settle(entry);
  expect(words([outcome])).toEqual([word]);
  const after = await booksOf(entry);
  expect(after).toEqual(row.recorded ? { ...before, open: 0, recorded: 1 } : before);

  expect(await settle(entry)).toEqual(row.recorded ? { ...outcome, verdict: "replayed" } : outcome);
  expect(await booksOf(entry)).toEqual(after);
  await expectBooksRight(test.owner);
  return outcome;
}

describe("a decline is recorded, consumes its key and moves nothing:", () => {
  it.each(DECLINE_CODES)("%s", async (code) => {
    const outcome = await walk(FAILURES.declined[code], code, DECLINES[code]);
    if (!("payment" in outcome)) throw new Error("Bug: a decline without its payment.");
    // Only what more money or another day cures is worth a new key; the page and the table say the same.
    const isCurable = code === "insufficient_funds" || code === "limit_exceeded";
    expect(renderDecline(outcome.payment).retry).toBe(isCurable ? "new-key" : "never");
    expect(mayPayAgain(code)).toBe(isCurable);
  });
});

describe("a refusal is not recorded, and leaves its key open:", () => {
  it.each(REFUSAL_REASONS)("%s", async (reason) => {
    await walk(FAILURES.refused[reason], reason, REFUSALS[reason]);
  });
});

describe("without effect is what is answered with:", () => {
  it.each(["mismatch", "reused", "void"] as const)("%s", async (verdict) => {
    await walk(FAILURES.verdict[verdict], verdict, VERDICTS[verdict]);
  });
});

it("the database knows the same declines and refusals as the table", async () => {
  const saidBy = async (name: string) => {
    const [row] = await test.owner<
      { source: string }[]
    >`select prosrc as source from pg_proc where proname = ${name}`;
    return [...new Set([...(row?.source.matchAll(/then '(\w+)'/g) ?? [])].map(([, word]) => word))].sort();
  };
  expect(await saidBy("decline_of")).toEqual([...DECLINE_CODES].sort());
  const refusals = [...(await saidBy("refusal_of")), ...(await saidBy("acting_refusal_of"))];
  expect([...new Set(refusals)].sort()).toEqual([...REFUSAL_REASONS].sort());
});

/** A code that the row called `name` is about: one of its class, where it is a class. */
function codeOf(name: string): string | undefined {
  if (name === "anything else") return undefined;
  if (name === "CONNECTION_*") return "CONNECTION_CLOSED";
  return name.replace(/x+$/, (rest) => "1".padStart(rest.length, "0"));
}

const isSqlState = (code: string | undefined): code is string =>
  /^[0-9A-Z]{5}$/.test(code ?? "") && code !== "EPIPE";
const THROWN: [string, FailureRow][] = Object.entries(FAILURES.thrown);

describe("an error of a statement", () => {
  /** As often as any statement is sent. */
  const TRIES = 3;

  // Settling fails as the test says, just before it would commit; a sequence counts, which no rollback takes back.
  beforeAll(async () => {
    await test.owner.unsafe(`
      create sequence tries;
      create table failing (nth bigint, code text);
      create function fail(code text) returns void language plpgsql as $$
        begin
          raise exception 'injected failure' using errcode = code;
        end $$;
      create function inject_failure() returns trigger language plpgsql security definer as $$
        begin
          if exists (select 1 from public.failing) then
            perform public.fail(f.code) from public.failing f, (select nextval('public.tries') as n offset 0) t
              where f.nth = t.n;
          end if;
          return new;
        end $$;
      create trigger inject_failure before insert on payments for each row execute function inject_failure()`);
  });

  beforeEach(async () => {
    // No pause before the next try: what is waited for is not under test.
    vi.spyOn(Math, "random").mockReturnValue(0);
    await test.owner`delete from failing`;
    await test.owner`select setval('tries', 1, false)`;
  });

  afterAll(() => {
    vi.restoreAllMocks();
  });

  /** From now on the first tries to settle fail with these, one after another. */
  const failWith = (...codes: string[]) =>
    test.owner`insert into failing ${test.owner(codes.map((code, n) => ({ nth: n + 1, code })))}`;
  const triesUsed = async () => {
    const [row] = await test.owner<{ n: number }[]>`select last_value::int as n from tries where is_called`;
    return row?.n ?? 0;
  };

  for (const [name, row] of THROWN) {
    const code = codeOf(name);
    if (!isSqlState(code)) continue;

    if (row.disposition === "retry") {
      it(`${name} is settled again with the same key, until it is paid`, async () => {
        const entry = await transfer();
        await failWith(code, code);
        expect(words([await settle(entry)])).toEqual(["paid"]);
        expect(await triesUsed()).toBe(TRIES);
        expect(words([await settle(entry)])).toEqual(["replayed"]);
        expect(await booksOf(entry)).toMatchObject({ open: 0, recorded: 1, transfers: 1 });
      });

      it(`${name} that does not end is unknown after three tries, and its key finds out later`, async () => {
        const entry = await transfer();
        const before = await booksOf(entry);
        await failWith(code, code, code, code);
        const outcome = await settle(entry).catch((error: unknown) => error);
        expect(outcome).toBeInstanceOf(OutcomeUnknown);
        expect((outcome as OutcomeUnknown).cause).toMatchObject({ code });
        expect(await triesUsed()).toBe(TRIES);
        expect(await booksOf(entry)).toEqual(before);
        await test.owner`delete from failing`;
        expect(words([await settle(entry)])).toEqual(["paid"]);
      });
    } else {
      it(`${name} is a bug: thrown, without effect`, async () => {
        const entry = await transfer();
        const before = await booksOf(entry);
        await failWith(code, code, code, code);
        await expect(settle(entry)).rejects.toMatchObject({ code });
        // In a batch, which a neighbour may have failed, and by itself.
        expect(await triesUsed()).toBe(2);
        expect(await booksOf(entry)).toEqual(before);
      });
    }
  }

  /** What becomes of a statement whose every try goes as `tries` says, and how often it was sent. */
  async function sent(attempt: (sql: Sql, n: number) => PromiseLike<unknown>) {
    let sends = 0;
    const outcome = await untilKnown("keys", (sql) => {
      sends += 1;
      return attempt(sql, sends);
    }).catch((error: unknown) => error);
    return { outcome, sends };
  }

  const REALLY_RAISED: Record<string, (sql: Sql) => PromiseLike<unknown>> = {
    UNDEFINED_VALUE: (sql) => sql`select ${undefined as unknown as null}`,
    NOT_TAGGED_CALL: (sql) => sql(["a"]) as unknown as PromiseLike<unknown>,
    MAX_PARAMETERS_EXCEEDED: (sql) => sql.unsafe("select 1", new Array(65_535).fill(1)),
  };

  for (const [name, row] of THROWN) {
    it(`${name} is ${row.disposition === "retry" ? "tried three times" : "a bug: sent once, and thrown"}`, async () => {
      const code = codeOf(name);
      const raise =
        REALLY_RAISED[name] ??
        (isSqlState(code)
          ? (sql: Sql) => sql`select fail(${code})`
          : () => Promise.reject(Object.assign(new Error("A test's."), { code })));
      const { outcome, sends } = await sent(raise);
      if (row.disposition === "retry") {
        expect(outcome).toBeInstanceOf(OutcomeUnknown);
        expect(sends).toBe(TRIES);
      } else {
        expect(errorCode(outcome)).toBe(code);
        expect(sends).toBe(1);
      }
    });
  }

  it.each(["ZZ999", "28P01", "25001", "25P02", "SASL_SIGNATURE_MISMATCH", "ENOTFOUND", "x\n_y"])(
    "that nobody listed (%j) is unknown",
    async (code) => {
      const { outcome, sends } = await sent(() =>
        Promise.reject(Object.assign(new Error("A test's."), { code })),
      );
      expect(outcome).toBeInstanceOf(OutcomeUnknown);
      expect(sends).toBe(TRIES);
    },
  );

  it("that is definitive, after a try that is in doubt, leaves the doubt", async () => {
    const { outcome, sends } = await sent((sql, n) =>
      n === 1
        ? Promise.reject(Object.assign(new Error("A test's."), { code: "CONNECTION_CLOSED" }))
        : sql`select no_such_column`,
    );
    expect(outcome).toBeInstanceOf(OutcomeUnknown);
    expect(sends).toBe(2);
    expect((outcome as OutcomeUnknown).cause).toMatchObject({ code: "42703" });
    expect(isDefinitive(outcome)).toBe(false);
  });

  it("that is definitive, after a batch that is in doubt, leaves the doubt", async () => {
    const entry = await transfer();
    await failWith("40003", "42703");
    await expect(settle(entry)).rejects.toThrow(OutcomeUnknown);
    expect(await triesUsed()).toBe(2);
  });
});

/** Real codes of what the world does to a statement. The table may grow and change; these must never become a "no". */
const BAD_LUCK = `
  08000 08001 08003 08004 08006 08007 08P01 25006 25P03 25P04 40000 40001 40003 40P01 42P05 53000 53100
  53200 53300 53400 55000 55P03 57000 57014 57P01 57P02 57P03 57P04 57P05 58000 58030 XX000 XX001 XX002
  CONNECTION_CLOSED CONNECTION_DESTROYED CONNECTION_ENDED CONNECT_TIMEOUT ECONNREFUSED ECONNRESET EPIPE
  ETIMEDOUT EAI_AGAIN EHOSTUNREACH
`
  .trim()
  .split(/\s+/);

it.each(BAD_LUCK)("%s proves nothing about the outcome", (code) => {
  expect(isDefinitive(Object.assign(new Error("A test's."), { code }))).toBe(false);
});

it("a row that is tried again is in doubt, and one that is passed on is not", () => {
  for (const [name, { key, disposition, recorded }] of THROWN) {
    expect({ name, key, recorded }).toEqual({
      name,
      key: disposition === "retry" ? "in doubt" : "open",
      recorded: false,
    });
  }
});
