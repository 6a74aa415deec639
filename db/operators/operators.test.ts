/** What operators do is done by operators alone, is written down by the statement that does it, and holds at once. */
import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { findByHandle, type User } from "../identity/users.ts";
import { openAccount, openAccounts } from "../ledger/accounts.ts";
import { listCurrencies, openCurrency } from "../ledger/currencies.ts";
import { setDayLimit, setFrozen } from "../ledger/restrictions.ts";
import { fund } from "../payments/funding.ts";
import { pay } from "../payments/pay.ts";
import { testDatabase } from "../testing/fixtures/database.ts";
import { expectBooksRight, keyFor, newPerson, type Person } from "../testing/fixtures/people.ts";
import { listAudit } from "./audit.ts";
import { decideRequest, latestRequestOf, pendingRequestOf, requestMerchant } from "./merchant-requests.ts";
import { setRole } from "./roles.ts";

const test = testDatabase();
const REASON = "Because of a test";

async function userOf({ handle }: Person): Promise<User> {
  const user = await findByHandle(handle);
  if (!user) throw new Error("Bug: there is no such person.");
  return user;
}
const newOperator = () => newPerson(test.owner, 0n, "operator");

function auditOf(actor: { id: string }) {
  return test.owner<
    { action: string; subject_id: string; reason: string; before: unknown; after: unknown }[]
  >`
    select action, subject_id, reason, before, after from audit_log where actor_id = ${actor.id} order by at, id`;
}

async function sends(from: Person, to: Person, amountMinor = "1") {
  const key = await keyFor(from.id, { kind: "transfer", intentId: randomUUID() });
  return pay(from.id, key, { operation: "transfer", payee: to.handle, amountMinor, currency: "USD" });
}

/** The actions that are done to a person. */
const UPON_SOMEBODY: Record<string, (actorId: string, user: User) => Promise<string>> = {
  role: (actorId, user) =>
    setRole({ actorId, user, role: "merchant", name: `Shop ${user.handle}`, reason: REASON }),
  freeze: (actorId, user) => setFrozen({ actorId, userId: user.id, reason: REASON }, true),
  "freeze one account": (actorId, user) =>
    setFrozen({ actorId, userId: user.id, currency: "USD", reason: REASON }, true),
  "day limit": (actorId, user) =>
    setDayLimit({ actorId, userId: user.id, currency: "USD", reason: REASON }, 7n),
  async "decline a request"(actorId, user) {
    await requestMerchant(randomUUID(), user.id, { businessName: "A Shop", sells: "Tea" });
    const request = await pendingRequestOf(user.id);
    return request ? decideRequest(actorId, request, false, REASON) : "no request";
  },
};

/** Every action, by what it does to a person; each changes something. */
const ACTIONS: typeof UPON_SOMEBODY = {
  ...UPON_SOMEBODY,
  "open currency": (actorId) => openCurrency(actorId, "SEK", undefined, REASON),
  "change a currency's limit": (actorId) => openCurrency(actorId, "USD", 123n, REASON),
};

it.each(Object.entries(UPON_SOMEBODY))("nobody acts upon themselves: %s", async (name, act) => {
  const person = await newPerson(test.owner, 0n);
  // Somebody who waits to be a merchant may have become an operator since.
  if (name === "decline a request")
    await requestMerchant(randomUUID(), person.id, { businessName: "A Shop", sells: "Tea" });
  await test.owner`update users set role = 'operator' where id = ${person.id}`;
  const state = () => test.owner`
    select u.role, u.frozen_at, a.closed_at, a.day_limit_minor
      from users u join ledger_accounts a on a.owner_id = u.id where u.id = ${person.id}`;
  const before = await state();
  expect(await act(person.id, await userOf(person))).toBe("self");
  expect(await state()).toEqual(before);
  expect(await auditOf(person)).toEqual([]);
});

describe.each(Object.entries(ACTIONS))("%s", (_name, act) => {
  it("is refused in SQL to whoever is no operator, or is a frozen one, and leaves no row", async () => {
    const people = [
      await newPerson(test.owner, 0n),
      await newPerson(test.owner, 0n, "merchant"),
      await newOperator(),
      { id: randomUUID() },
    ];
    await test.owner`update users set frozen_at = now() where id = ${people[2]?.id ?? ""}`;
    for (const actor of people) {
      const user = await userOf(await newPerson(test.owner, 0n));
      expect(await act(actor.id, user)).toBe("not_operator");
      expect(await auditOf(actor)).toEqual([]);
    }
  });

  it("is undone with its row: where the row cannot be written, nothing was done", async () => {
    const [operator, user] = [await newOperator(), await userOf(await newPerson(test.owner, 0n))];
    const state = () => test.owner`
      select u.role, u.name, u.frozen_at, a.closed_at, a.day_limit_minor,
             (select json_agg(c order by code) from currencies c) as currencies,
             (select json_agg(r.state) from merchant_requests r where r.user_id = u.id and r.state <> 'pending') as decided
        from users u join ledger_accounts a on a.owner_id = u.id where u.id = ${user.id}`;
    const before = await state();
    await test.owner.unsafe(
      `alter table audit_log add constraint no_row check (reason <> '${REASON}') not valid`,
    );
    try {
      await expect(act(operator.id, user)).rejects.toMatchObject({ code: "23514" });
      expect(await state()).toEqual(before);
    } finally {
      await test.owner.unsafe("alter table audit_log drop constraint no_row");
    }
    const verdict = await act(operator.id, user);
    expect(["done", "opened", "changed"]).toContain(verdict);
    expect(await auditOf(operator)).toMatchObject([{ reason: REASON }]);
    // Again: it is so already, and nothing is written.
    if (_name !== "decline a request") {
      expect(await act(operator.id, await userOf({ handle: user.handle } as Person))).toBe("unchanged");
      expect(await auditOf(operator)).toHaveLength(1);
    }
  });
});

describe("the audit log", () => {
  it("is changed and emptied by nobody, and written by the application only through its functions", async () => {
    const [operator, user] = [await newOperator(), await userOf(await newPerson(test.owner, 0n))];
    await setFrozen({ actorId: operator.id, userId: user.id, reason: REASON }, true);
    for (const statement of [
      "update audit_log set reason = 'x'",
      "delete from audit_log",
      "truncate audit_log",
    ]) {
      await expect(test.owner.unsafe(statement)).rejects.toMatchObject({ code: "23000" });
      await expect(test.db.readingSql.unsafe(statement)).rejects.toMatchObject({ code: "42501" });
    }
    const forged =
      "insert into audit_log select gen_random_uuid(), actor_id, action, subject_kind, subject_id, reason, before, after, at from audit_log";
    await expect(test.db.readingSql.unsafe(forged)).rejects.toMatchObject({ code: "42501" });
  });

  it("is listed newest first, with handles", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    await setDayLimit({ actorId: operator.id, userId: person.id, currency: "USD", reason: REASON }, 5n);
    await fund(operator.id, randomUUID(), {
      direction: "credit",
      accountOf: person.handle,
      amountMinor: 9n,
      currency: "USD",
      reason: "Money",
    });
    const [newest, older] = await listAudit(2);
    expect(newest).toMatchObject({
      actor: operator.handle,
      action: "fund",
      subject: `${person.handle} USD`,
      reason: "Money",
    });
    expect(older).toMatchObject({
      action: "day-limit",
      before: { dayLimitMinor: null },
      after: { dayLimitMinor: "5" },
    });
  });
});

describe("the application", () => {
  it("gives no roles, freezes nobody and renames no merchant by itself", async () => {
    const merchant = await newPerson(test.owner, 0n, "merchant");
    const payer = await newPerson(test.owner, 0n);
    for (const statement of [
      `update users set role = 'operator' where id = '${payer.id}'`,
      `update users set name_skeleton = 'x' where id = '${payer.id}'`,
      `update users set frozen_at = now() where id = '${payer.id}'`,
      `update users set name = 'Somebody Else' where id = '${merchant.id}'`,
      "insert into users (name, email, handle, role) values ('Eve', 'eve@once.test', 'eve-x', 'operator')",
    ]) {
      await expect(test.db.readingSql.unsafe(statement), statement).rejects.toMatchObject({ code: "42501" });
    }
    // As builds of before insert the demo's people: whoever is there, with that role, is left alone.
    const again = (role: string) =>
      test.db.readingSql.unsafe(
        `insert into users (id, name, email, handle, role) values ('${merchant.id}', 'Eve', 'eve@once.test', 'eve-x', '${role}')
         on conflict do nothing`,
      );
    expect((await again("merchant")).count).toBe(0);
    await expect(again("operator")).rejects.toMatchObject({ code: "42501" });
    await test.db.readingSql.unsafe(`update users set name = 'Another Name' where id = '${payer.id}'`);
    expect(await userOf(payer)).toMatchObject({ name: "Another Name", role: "payer" });
  });
});

describe("a role", () => {
  it("of two people who become merchants under one name at once, one gets it", async () => {
    const operators = [await newOperator(), await newOperator()];
    const people = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
    const names = ["Corner Bakery", "Соrner  BAKERY"];
    const verdicts = await Promise.all(
      people.map(async (person, n) =>
        setRole({
          actorId: operators[n]?.id ?? "",
          user: await userOf(person),
          role: "merchant",
          name: names[n],
          reason: REASON,
        }),
      ),
    );
    expect(verdicts.toSorted()).toEqual(["done", "name_taken"]);
    const loser = people[verdicts.indexOf("name_taken")];
    expect(loser && (await userOf(loser)).role).toBe("payer");
  });

  it("that two operators take from one another at once is taken from one", async () => {
    const [one, other] = [await newOperator(), await newOperator()];
    const verdicts = await Promise.all([
      setRole({ actorId: one.id, user: await userOf(other), role: "payer", reason: REASON }),
      setRole({ actorId: other.id, user: await userOf(one), role: "payer", reason: REASON }),
    ]);
    expect(verdicts.toSorted()).toEqual(["done", "not_operator"]);
  });
});

describe("somebody who is frozen", () => {
  it("neither pays nor is paid, in accounts that are opened later neither, until that is taken back", async () => {
    const [operator, person, friend] = [
      await newOperator(),
      await newPerson(test.owner, 100n),
      await newPerson(test.owner, 100n),
    ];
    const restriction = { actorId: operator.id, userId: person.id, reason: REASON };
    expect(await setFrozen(restriction, true)).toBe("done");
    await openAccounts(person.id);
    expect(await sends(person, friend)).toEqual({ type: "refused", reason: "payer_closed" });
    expect(await sends(friend, person)).toMatchObject({ payment: { declineCode: "payee_closed" } });
    const open = () =>
      test.owner`select currency from ledger_accounts where owner_id = ${person.id} and closed_at is null`;
    expect(await open()).toEqual([]);
    expect(await setFrozen({ ...restriction, currency: "USD" }, false)).toBe("person_frozen");
    expect(await setFrozen(restriction, false)).toBe("done");
    expect((await open()).length).toBeGreaterThan(2);
    expect(await sends(person, friend)).toMatchObject({ payment: { status: "succeeded" } });
    await expectBooksRight(test.owner);
  });

  it("keeps an account closed that was frozen for itself", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    await openAccounts(person.id);
    const restriction = { actorId: operator.id, userId: person.id, reason: REASON };
    await setFrozen({ ...restriction, currency: "JPY" }, true);
    await setFrozen(restriction, true);
    await setFrozen(restriction, false);
    const closed =
      await test.owner`select currency::text from ledger_accounts where owner_id = ${person.id} and closed_at is not null`;
    expect(closed).toEqual([{ currency: "JPY" }]);
  });

  it("keeps an account closed that was frozen for itself meanwhile, and the log tells of it", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    await openAccounts(person.id);
    const restriction = { actorId: operator.id, userId: person.id, reason: REASON };
    const account = { ...restriction, currency: "JPY" };
    expect(await setFrozen(restriction, true)).toBe("done");
    expect(await setFrozen(account, true)).toBe("done");
    expect(await setFrozen(account, true)).toBe("unchanged");
    expect(await setFrozen(account, false)).toBe("person_frozen");
    expect(await setFrozen(restriction, false)).toBe("done");
    const closed =
      await test.owner`select currency::text from ledger_accounts where owner_id = ${person.id} and closed_at is not null`;
    expect(closed).toEqual([{ currency: "JPY" }]);
    expect((await auditOf(operator)).map(({ action }) => action)).toEqual(["freeze", "freeze", "unfreeze"]);
    expect(await setFrozen(account, false)).toBe("done");
  });

  it("gets no open account from a build that names its currency either", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    const restriction = { actorId: operator.id, userId: person.id, reason: REASON };
    await setFrozen(restriction, true);
    await openAccount(randomUUID(), person.id, "EUR", null);
    const open = () =>
      test.owner`select 1 from ledger_accounts where owner_id = ${person.id} and closed_at is null`;
    expect(await open()).toEqual([]);
    await setFrozen(restriction, false);
    expect(await open()).toHaveLength(2);
  });

  it("gets no open account by one that is being opened meanwhile", async () => {
    for (let round = 0; round < 5; round += 1) {
      const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
      await Promise.all([
        setFrozen({ actorId: operator.id, userId: person.id, reason: REASON }, true),
        openAccounts(person.id),
        openAccounts(person.id),
      ]);
      const open =
        await test.owner`select 1 from ledger_accounts where owner_id = ${person.id} and closed_at is null`;
      expect(open).toEqual([]);
    }
  });
});

describe("a currency", () => {
  it("is opened once with one house account, however many open it at once, and everybody gets accounts in it", async () => {
    const operator = await newOperator();
    const verdicts = await Promise.all(
      Array.from({ length: 6 }, () => openCurrency(operator.id, "NOK", 5_000n, REASON)),
    );
    expect(verdicts.toSorted()).toEqual(["opened", ...Array.from({ length: 5 }, () => "unchanged")]);
    const houses =
      await test.owner`select 1 from ledger_accounts where purpose = 'funding' and currency = 'NOK'`;
    expect(houses).toHaveLength(1);
    expect((await listCurrencies()).find(({ code }) => code === "NOK")).toMatchObject({
      dayLimitMinor: 5_000n,
    });

    // Neither has signed in since: paying opens what is lacking, with the currency's limit.
    const [payer, payee] = [await newPerson(test.owner, 0n), await newPerson(test.owner, 0n)];
    await fund(operator.id, randomUUID(), {
      direction: "credit",
      accountOf: payer.handle,
      amountMinor: 9_000n,
      currency: "NOK",
      reason: REASON,
    });
    const send = async (amountMinor: string) => {
      const key = await keyFor(payer.id, { kind: "transfer", intentId: randomUUID() });
      return pay(payer.id, key, { operation: "transfer", payee: payee.handle, amountMinor, currency: "NOK" });
    };
    expect(await send("5001")).toMatchObject({ payment: { declineCode: "limit_exceeded" } });
    expect(await send("5000")).toMatchObject({ payment: { status: "succeeded" } });
    await expectBooksRight(test.owner);
  });

  it("of a database of before there were rows of them is adopted, with its house account and its limit", async () => {
    const sql = await test.owner.reserve();
    try {
      await sql`begin`;
      await sql`delete from currencies where code = 'KWD'`;
      await sql`
        insert into ledger_accounts (id, owner_id, purpose, currency, day_limit_minor)
        select gen_random_uuid(), id, 'wallet', 'PLN', 700 from users where handle = 'alice'`;
      await sql`select adopt_currencies()`;
      await sql`select adopt_currencies()`;
      const rows = await sql`
        select c.code::text, c.day_limit_minor, a.purpose, a.currency::text, a.min_balance_minor
          from currencies c join ledger_accounts a on a.id = c.house_account_id where c.code in ('KWD', 'PLN') order by 1`;
      const house = { purpose: "funding", min_balance_minor: null };
      expect(rows).toEqual([
        { code: "KWD", day_limit_minor: 5_000_000n, currency: "KWD", ...house },
        { code: "PLN", day_limit_minor: 700n, currency: "PLN", ...house },
      ]);
    } finally {
      await sql`rollback`;
      sql.release();
    }
  });
});

describe("a request to be a merchant", () => {
  const wanted = { businessName: "Fig & Thistle", sells: "Jam and honey" };

  it("is stored once, pressed twice, sent at once from two forms, or sent again when it was decided", async () => {
    const person = await newPerson(test.owner, 0n);
    const id = randomUUID();
    const sent = await Promise.all([
      ...Array.from({ length: 4 }, () => requestMerchant(id, person.id, wanted)),
      ...Array.from({ length: 4 }, () => requestMerchant(randomUUID(), person.id, wanted)),
    ]);
    expect(sent.filter((verdict) => verdict === "made")).toHaveLength(1);
    expect(await test.owner`select 1 from merchant_requests where user_id = ${person.id}`).toHaveLength(1);
    const request = await pendingRequestOf(person.id);
    const operator = await newOperator();
    if (!request) throw new Error("Bug: nothing waits.");
    await decideRequest(operator.id, request, false, "Tell us more");
    expect(await requestMerchant(request.id, person.id, wanted)).toBe("found");
    expect(await latestRequestOf(person.id)).toMatchObject({
      state: "declined",
      decisionReason: "Tell us more",
    });
    expect(await requestMerchant(randomUUID(), person.id, wanted)).toBe("made");
  });

  it("that is approved makes a merchant under that name, once, and cannot be declined then", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    await requestMerchant(randomUUID(), person.id, wanted);
    const request = await pendingRequestOf(person.id);
    if (!request) throw new Error("Bug: nothing waits.");
    const verdicts = await Promise.all(
      [1, 2, 3].map(() => decideRequest(operator.id, request, true, REASON)),
    );
    expect(verdicts.toSorted()).toEqual(["done", "unchanged", "unchanged"]);
    expect(await userOf(person)).toMatchObject({ role: "merchant", name: "Fig & Thistle" });
    expect(await decideRequest(operator.id, request, false, REASON)).toBe("decided");
    expect(await auditOf(operator)).toMatchObject([
      {
        action: "role",
        before: { role: "payer" },
        after: { role: "merchant", name: "Fig & Thistle", request: request.id },
      },
    ]);
    expect(await requestMerchant(randomUUID(), person.id, wanted)).toBe("not_payer");
  });

  it("under a name that a merchant got meanwhile stays undecided", async () => {
    const [operator, one, other] = [
      await newOperator(),
      await newPerson(test.owner, 0n),
      await newPerson(test.owner, 0n),
    ];
    const name = { businessName: "Tea House", sells: "Tea" };
    for (const { id } of [one, other]) await requestMerchant(randomUUID(), id, name);
    const [first, second] = [await pendingRequestOf(one.id), await pendingRequestOf(other.id)];
    if (!first || !second) throw new Error("Bug: nothing waits.");
    expect(await decideRequest(operator.id, first, true, REASON)).toBe("done");
    expect(await decideRequest(operator.id, second, true, REASON)).toBe("name_taken");
    expect(await pendingRequestOf(other.id)).toMatchObject({ state: "pending" });
    expect((await userOf(other)).role).toBe("payer");
  });

  it("waits no longer where an operator makes its user a merchant by themselves", async () => {
    const [operator, person] = [await newOperator(), await newPerson(test.owner, 0n)];
    await requestMerchant(randomUUID(), person.id, wanted);
    const user = await userOf(person);
    await setRole({ actorId: operator.id, user, role: "merchant", name: "Other Name", reason: REASON });
    expect(await latestRequestOf(person.id)).toMatchObject({ state: "approved" });
  });
});
