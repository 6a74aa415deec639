/** Each act of the people's room, called as somebody may call it: by an operator from our own pages it is done, by anybody else not. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { listSecurityEvents } from "@/db/security/list";
import { flushRefusals } from "@/db/security/record";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, newPerson, type Person } from "@/db/testing/fixtures/people";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { serveCurrency } from "./currencies/actions";
import * as people from "./people/actions";

const caller = vi.hoisted(() => ({ viewer: undefined as unknown, site: "same-origin" }));

vi.mock("next/headers", () => ({
  headers: async () => new Headers({ "sec-fetch-site": caller.site, "user-agent": "A browser" }),
  cookies: async () => ({ set: () => undefined, get: () => undefined }),
}));
vi.mock("next-intl/server", () => ({ getLocale: async () => "en" }));
vi.mock("@/server/identity/viewer", () => ({
  getViewer: async () => caller.viewer,
  findViewer: async () => ({ isKnown: true, viewer: caller.viewer }),
}));
vi.mock("next/navigation", () => ({
  redirect: (path: string) => {
    throw new Error(`led to ${path}`);
  },
  unstable_rethrow: (error: unknown) => {
    if (error instanceof Error && error.message.startsWith("led to ")) throw error;
  },
}));
vi.stubEnv("BETTER_AUTH_SECRET", "a secret for tests, of more than 32 characters");

const test = testDatabase();
const REASON = "Asked for by phone";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;
type Fields = Record<string, string>;

const ACTS: Record<string, [Action, (subject: Person) => Fields | Promise<Fields>]> = {
  rename: [people.renamePerson, ({ id, handle }) => ({ userId: id, name: `Cafe ${handle}` })],
  role: [
    people.setPersonRole,
    ({ id, handle }) => ({ userId: id, role: "merchant", name: `Shop ${handle}` }),
  ],
  freeze: [people.freezePerson, ({ id }) => ({ userId: id, to: "frozen" })],
  "freeze one account": [people.freezePerson, ({ id }) => ({ userId: id, currency: "USD", to: "frozen" })],
  limit: [people.setPersonDayLimit, ({ id }) => ({ userId: id, currency: "USD", amount: "12.50" })],
  "end sessions": [people.endPersonSessions, ({ id }) => ({ userId: id })],
  "revoke API keys": [people.revokePersonApiKeys, ({ id }) => ({ userId: id })],
  decide: [
    people.decideMerchantRequest,
    async ({ id, handle }) => {
      const requestId = randomUUID();
      await test.owner`
        insert into merchant_requests (id, user_id, business_name, sells, state, created_at)
        values (${requestId}, ${id}, ${`Bakery ${handle}`}, 'Bread', 'pending', now())`;
      return { requestId, to: "approved" };
    },
  ],
  "open a currency": [serveCurrency, () => ({ currency: "SEK", amount: "", unlimited: "on" })],
};

function signedInAs(person: Person, role: string): void {
  caller.viewer = { ...person, role, name: person.handle, email: `${person.handle}@once.test` };
}

/** What the call came to: where it led, or the form's state. */
async function send(action: Action, fields: Fields, user: string): Promise<string | FormState> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ reason: REASON, ...fields, user })) form.set(name, value);
  return action(UNSENT, form).catch((error: Error) => error.message);
}

async function subject(): Promise<Person> {
  const person = await newPerson(test.owner, 0n);
  await apiKeyOf(test.owner, person.id);
  await test.owner`
    insert into sessions (user_id, token, expires_at) values (${person.id}, ${randomUUID()}, now() + interval '1 day')`;
  return person;
}

const auditRows = async () => (await test.owner`select 1 from audit_log`).length;

beforeEach(() => {
  caller.site = "same-origin";
});

describe.each(Object.entries(ACTS))("%s", (_name, [action, fieldsOf]) => {
  it("is not for payers, merchants, strangers, other sites, or a form that somebody else opened", async () => {
    const fields = await fieldsOf(await subject());
    const before = await auditRows();
    for (const role of ["payer", "merchant"] as const) {
      const person = await newPerson(test.owner, 0n, role);
      signedInAs(person, role);
      expect(await send(action, fields, person.id)).toMatchObject({ trouble: { code: "forbidden" } });
      await flushRefusals();
      const [event] = await listSecurityEvents({ userId: person.id, kind: "role-refused" }, { limit: 1 });
      expect(event?.detail).toMatch(/^action \w+$/);
    }
    const operator = await newPerson(test.owner, 0n, "operator");
    signedInAs(operator, "operator");
    expect(await send(action, fields, randomUUID())).toMatchObject({ trouble: { code: "other-user" } });
    caller.site = "cross-site";
    expect(await send(action, fields, operator.id)).toMatchObject({ trouble: { code: "forbidden" } });
    caller.viewer = undefined;
    caller.site = "same-origin";
    expect(await send(action, fields, "")).toMatchObject({ trouble: { code: "unauthenticated" } });
    expect(await auditRows()).toBe(before);
  });

  it("needs a reason, and is done once by an operator, however often it is pressed", async () => {
    const operator = await newPerson(test.owner, 0n, "operator");
    signedInAs(operator, "operator");
    const fields = await fieldsOf(await subject());
    const before = await auditRows();
    for (const reason of ["", "  \n ", "x".repeat(141)]) {
      const refused = await send(action, { ...fields, reason }, operator.id);
      expect(refused).toMatchObject({ errors: [{ name: "reason" }] });
    }
    expect(await auditRows()).toBe(before);
    const led = await Promise.all([send(action, fields, operator.id), send(action, fields, operator.id)]);
    expect(led).toEqual([expect.stringMatching(/^led to \/ops\/.*done=/), led[0]]);
    expect(await auditRows()).toBe(before + 1);
    const [row] = await test.owner`select actor_id, reason from audit_log order by at desc limit 1`;
    expect(row).toEqual({ actor_id: operator.id, reason: REASON });
  });
});

it("an act upon oneself comes back with words, and does nothing", async () => {
  const operator = await newPerson(test.owner, 0n, "operator");
  signedInAs(operator, "operator");
  const refused = await send(people.freezePerson, { userId: operator.id, to: "frozen" }, operator.id);
  expect(refused).toMatchObject({ errors: [{ name: "", code: "self" }], values: { reason: REASON } });
});

it("an operator who is frozen does nothing, and is told that this is why", async () => {
  const [operator, person] = [await newPerson(test.owner, 0n, "operator"), await subject()];
  signedInAs(operator, "operator");
  await test.owner`update users set frozen_at = now() where id = ${operator.id}`;
  const act = () => send(people.freezePerson, { userId: person.id, to: "frozen" }, operator.id);
  expect(await act()).toMatchObject({ errors: [{ name: "", code: "you_are_frozen" }] });
  await test.owner`update users set frozen_at = null, role = 'payer' where id = ${operator.id}`;
  expect(await act()).toMatchObject({ errors: [{ name: "", code: "not_operator" }] });
});

it("a name that reads like another's is refused at its field, and so is the service's", async () => {
  const operator = await newPerson(test.owner, 0n, "operator");
  signedInAs(operator, "operator");
  const [one, other] = [await subject(), await subject()];
  await send(people.setPersonRole, { userId: one.id, role: "merchant", name: "Rosa Bakery" }, operator.id);
  for (const name of ["R0sa Bakery", "Rоsa  bakery", "Once Support"]) {
    const refused = await send(people.renamePerson, { userId: other.id, name }, operator.id);
    if (name === "R0sa Bakery") continue;
    expect(refused, name).toMatchObject({ errors: [{ name: "name", code: "name_taken" }] });
  }
});

it("an amount of a limit is read in the language that it was typed in, and one that is none comes back", async () => {
  const operator = await newPerson(test.owner, 0n, "operator");
  signedInAs(operator, "operator");
  const person = await subject();
  const limit = (fields: Fields) =>
    send(people.setPersonDayLimit, { userId: person.id, currency: "USD", ...fields }, operator.id);
  const stored = async () =>
    (
      await test.owner`select day_limit_minor::text as minor from ledger_accounts where id = ${person.accountId}`
    )[0]?.minor;
  expect(await limit({ amount: "12,50", locale: "de" })).toMatch(/done=limit/);
  expect(await stored()).toBe("1250");
  expect(await limit({ amount: "" })).toMatchObject({ errors: [{ name: "amount", code: "amount_empty" }] });
  expect(await limit({ amount: "12..5", locale: "en" })).toMatchObject({ errors: [{ name: "amount" }] });
  expect(await stored()).toBe("1250");
  expect(await limit({ amount: "", unlimited: "on" })).toMatch(/done=limit/);
  expect(await stored()).toBeNull();
});

it("no operator makes another one here: they could approve their own corrections", async () => {
  const operator = await newPerson(test.owner, 0n, "operator");
  signedInAs(operator, "operator");
  const person = await newPerson(test.owner, 0n);
  const fields = { userId: person.id, role: "operator", name: `Second ${person.handle}` };
  expect(await send(people.setPersonRole, fields, operator.id)).toMatchObject({ errors: [{ name: "role" }] });
  const [row] = await test.owner`select role from users where id = ${person.id}`;
  expect(row?.role).toBe("payer");
});
