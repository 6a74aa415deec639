/** What an operator reads of the ledger: the running balance of an account, as of any moment, and the journal. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { fund } from "../../payments/funding.ts";
import { pay } from "../../payments/pay.ts";
import { testDatabase } from "../../testing/fixtures/database.ts";
import { sealAll } from "../../testing/fixtures/journal.ts";
import { balanceOf, newPerson, topUp, transferKey, transferTo } from "../../testing/fixtures/people.ts";
import { rowsReadBy } from "../../testing/fixtures/rows-read.ts";
import { listAdjustments } from "../adjustments.ts";
import { setFrozen } from "../restrictions.ts";
import { findLedgerAccount, searchAccounts } from "./accounts.ts";
import { entryPages, type LedgerEntry, listEntries, stateAt } from "./entries.ts";
import { findSeal, listSeals, sealStatus } from "./journal.ts";
import { readTrialBalance } from "./trial-balance.ts";

const test = testDatabase();

async function allOf(accountId: string, upTo: bigint, rows: number): Promise<LedgerEntry[]> {
  const entries: LedgerEntry[] = [];
  for await (const page of entryPages(accountId, upTo, rows)) entries.push(...page);
  return entries;
}

it("an account's entries run from its balance down to nothing, whatever the size of a page", async () => {
  const [payer, payee] = [await newPerson(test.owner, 100n), await newPerson(test.owner, 0n)];
  for (let n = 1; n <= 6; n += 1) await pay(payer.id, await transferKey(payer), transferTo(payee, String(n)));
  await pay(payee.id, await transferKey(payee), transferTo(payer, "9"));
  const account = await findLedgerAccount(payer.accountId);
  expect(account).toMatchObject({ owner: { handle: payer.handle }, version: 8n, balanceMinor: 88n });
  for (const rows of [1, 3, 100]) {
    const entries = await allOf(payer.accountId, 8n, rows);
    expect(entries.map(({ version }) => version)).toEqual([8n, 7n, 6n, 5n, 4n, 3n, 2n, 1n]);
    for (const [n, entry] of entries.entries())
      expect(entry.balanceMinor).toBe((entries[n + 1]?.balanceMinor ?? 0n) + entry.amountMinor);
  }
  const [latest] = await listEntries(payer.accountId, 8n, 1);
  expect(latest).toMatchObject({
    amountMinor: 9n,
    kind: "transfer",
    other: { accountId: payee.accountId, handle: payee.handle },
    position: null,
  });
  await sealAll(test.owner);
  expect((await listEntries(payer.accountId, 8n, 1))[0]?.position).not.toBeNull();
});

it("the balance as of a moment is that of the last entry until then", async () => {
  const [payer, payee] = [await newPerson(test.owner, 1_000n), await newPerson(test.owner, 0n)];
  for (let n = 1; n <= 12; n += 1)
    await pay(payer.id, await transferKey(payer), transferTo(payee, String(n)));
  // Each a minute after the one before.
  const start = Date.UTC(2026, 2, 31, 12);
  await test.owner.unsafe("alter table ledger_transfers disable trigger all");
  for (const { version, paymentId } of await listEntries(payer.accountId, 13n, 20))
    await test.owner`update ledger_transfers set created_at = ${new Date(start + Number(version) * 60_000).toISOString()} where id = ${paymentId}`;
  await test.owner.unsafe("alter table ledger_transfers enable always trigger ledger_transfers_append_only");
  await test.owner.unsafe("alter table ledger_transfers enable always trigger ledger_transfers_no_truncate");
  const entries = new Map((await listEntries(payer.accountId, 13n, 20)).map((one) => [one.version, one]));
  for (let version = 0n; version <= 13n; version += 1n) {
    const expected = { version, balanceMinor: entries.get(version)?.balanceMinor ?? 0n };
    for (const laterMs of [0, 59_999])
      expect(await stateAt(payer.accountId, new Date(start + Number(version) * 60_000 + laterMs))).toEqual(
        version === 13n
          ? { ...expected, balanceMinor: await balanceOf(test.owner, payer.accountId) }
          : expected,
      );
  }
  expect(await stateAt(payer.accountId, new Date("9999-12-31T00:00:00Z"))).toMatchObject({ version: 13n });
  expect(await stateAt(payer.accountId, new Date(0))).toEqual({ version: 0n, balanceMinor: 0n });
});

it("accounts are found by their id, their owner's id or handle, currency and state", async () => {
  const [payer, operator] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n, "operator")];
  await fund(operator.id, randomUUID(), {
    direction: "credit",
    accountOf: payer.handle,
    amountMinor: 5n,
    currency: "JPY",
    reason: "Paid in",
  });
  const found = async (filter: Parameters<typeof searchAccounts>[0]) =>
    (await searchAccounts(filter, 50)).map(({ currency }) => currency).sort();
  const find = { handle: payer.handle };
  expect(await found({ find })).toEqual(["JPY", "KWD", "USD"]);
  expect(await found({ find: { id: payer.id } })).toEqual(["JPY", "KWD", "USD"]);
  expect(await found({ find: { id: payer.accountId } })).toEqual(["USD"]);
  expect(await found({ find: { handle: "nobody-at-all" } })).toEqual([]);
  expect(await found({ find, currency: "JPY" })).toEqual(["JPY"]);
  await setFrozen({ actorId: operator.id, userId: payer.id, currency: "USD", reason: "Stolen" }, true);
  expect(await found({ find, state: "frozen" })).toEqual(["USD"]);
  expect(await found({ find, state: "open" })).toEqual(["JPY", "KWD"]);
  const house = await searchAccounts({ state: "house" }, 50);
  expect(house.length).toBeGreaterThan(0);
  expect(house.every(({ owner }) => owner === null)).toBe(true);
  const all = await searchAccounts({ currency: "USD" }, 200);
  const turned = [];
  for (let after: string | undefined; ; after = turned.at(-1)?.id) {
    const page = await searchAccounts({ currency: "USD" }, 2, after);
    turned.push(...page);
    if (page.length < 2) break;
  }
  expect(turned).toEqual(all);
});

it("the trial balance is zero in every currency, and says by how much it is not", async () => {
  const person = await newPerson(test.owner, 77n);
  const { balances } = await readTrialBalance();
  expect(balances.map(({ currency }) => currency)).toContain("USD");
  for (const { sumMinor, creditMinor, debitMinor } of balances) {
    expect(sumMinor).toBe(0n);
    expect(creditMinor).toBe(-debitMinor);
  }
  await test.owner`update ledger_accounts set balance_minor = balance_minor + 5 where id = ${person.accountId}`;
  expect((await readTrialBalance()).balances.find(({ currency }) => currency === "USD")?.sumMinor).toBe(5n);
  await test.owner`update ledger_accounts set balance_minor = balance_minor - 5 where id = ${person.accountId}`;
});

it("the journal is read by position, each seal with the one before, and what is not sealed is counted", async () => {
  await sealAll(test.owner);
  const before = await sealStatus();
  expect(before).toMatchObject({ unsealed: 0, oldest: undefined });
  const person = await newPerson(test.owner, 1n);
  await topUp(person, "2");
  const behind = await sealStatus();
  expect(behind).toMatchObject({ position: before.position, unsealed: 2 });
  expect(behind.oldest).toBeInstanceOf(Date);
  await sealAll(test.owner);
  expect(await sealStatus()).toMatchObject({ position: before.position + 2n, unsealed: 0 });
  const [last, second] = await listSeals(2);
  expect(last).toMatchObject({
    position: before.position + 2n,
    hash: (await sealStatus()).hash,
    kind: "top-up",
    debit: { handle: null },
    credit: { accountId: person.accountId, handle: person.handle, balanceMinor: 3n, version: 2n },
  });
  expect(last?.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(await findSeal(before.position + 2n)).toEqual({ seal: last, hashBefore: second?.hash });
  expect(await findSeal(before.position + 3n)).toBeUndefined();
  expect((await listSeals(1, before.position))[0]?.position).toBe(before.position);
});

const ROWS = 10_000;
/** Pages and what stands beside their rows, and some steps to find a moment. */
const ROWS_READ_MAX = 2_000;
const TABLES = [
  "ledger_accounts",
  "ledger_transfers",
  "ledger_seals",
  "payments",
  "users",
  "ledger_adjustments",
];

it("every read finds its rows by an index, and no more of them than it shows", async () => {
  const person = await newPerson(test.owner, 10n);
  await sealAll(test.owner);
  const readAll = async () => {
    for (const upTo of [BigInt(ROWS), 500n]) await listEntries(person.accountId, upTo, 26);
    await stateAt(person.accountId, new Date(Date.UTC(2026, 0, 1)));
    await listSeals(26);
    await listSeals(26, 500n);
    await sealStatus();
    for (const filter of [
      {},
      { currency: "USD" },
      { currency: "JPY" },
      { state: "house" },
      { state: "frozen" },
      { currency: "USD", state: "open" },
      { find: { handle: person.handle } },
      { find: { id: person.id } },
    ] as const)
      await searchAccounts(filter, 26);
    await listAdjustments(26, {});
    await listAdjustments(26, { state: "pending" });
    await listAdjustments(26, { state: "refused" });
  };
  for (const table of TABLES)
    await test.owner.unsafe(`alter table ${table} set (autovacuum_enabled = false)`);

  await test.owner`
    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor,
                                  debit_version, credit_balance_minor, credit_version, transaction_id, created_at)
    select gen_random_uuid(), gen_random_uuid(), ${person.accountId}, 1, 'USD', 0, n, 10 + n, n + 1, '3',
           ${new Date(Date.UTC(2025, 11, 31)).toISOString()}::timestamptz + n * interval '1 minute' from generate_series(1, ${ROWS}::int) n`;
  await test.owner`update ledger_accounts set version = ${ROWS + 1} where id = ${person.accountId}`;
  await test.owner`
    insert into payments (user_id, id, kind, purpose_id, status, amount_minor, currency, payer_account_id,
                          payee_account_id, request_hash, renderer, settled_at)
    select gen_random_uuid(), t.id, 'transfer', gen_random_uuid(), 'succeeded', 1, 'USD', t.debit_account_id,
           t.credit_account_id, sha256(t.id::text::bytea), 1, t.created_at
      from ledger_transfers t where t.credit_account_id = ${person.accountId} and t.credit_version > 1`;
  await test.owner`
    insert into ledger_seals (position, transfer_id, hash, sealed_at)
    select 1000000 + row_number() over (), t.id, sha256('x'), now()
      from ledger_transfers t where t.credit_account_id = ${person.accountId} and t.credit_version > 1`;
  await test.owner`
    insert into users (id, name, email, handle, role)
    select gen_random_uuid(), 'v' || n, 'v' || n || '@once.test', 'v' || n, 'payer' from generate_series(1, ${ROWS}::int) n`;
  await test.owner`
    insert into ledger_accounts (id, owner_id, purpose, currency)
    select gen_random_uuid(), u.id, 'wallet', 'USD' from users u where u.handle like 'v%' and u.name like 'v%'`;
  await test.owner`
    insert into ledger_adjustments (id, asked_by, debit_account_id, credit_account_id, amount_minor, currency, reason, asked_at, state)
    select gen_random_uuid(), ${person.id}, ${person.accountId}, (select id from ledger_accounts where owner_id is null limit 1), 1,
           'USD', 'x', now() + n * interval '1 second', 'pending' from generate_series(1, ${ROWS}::int) n`;

  await test.owner`analyze`;
  const reads = await rowsReadBy(test, TABLES, readAll);
  expect([...reads].filter(([, rows]) => rows > ROWS_READ_MAX)).toEqual([]);
});
