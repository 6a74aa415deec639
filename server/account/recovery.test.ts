/**
 * Whoever reads the mailbox gets their account back from whoever knows the password: no change that is under way, asked for or
 * broken off leaves the other anything.
 */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { findByApiKey } from "@/db/identity/api-keys";
import { findUserSettings } from "@/db/identity/user-settings";
import type { User } from "@/db/identity/users";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf, newPerson } from "@/db/testing/fixtures/people";
import { auth } from "../identity/auth.ts";
import { makeApiKey } from "../identity/make-api-key.ts";
import { signInByPassword } from "../identity/sign-in.ts";
import { askToChangeAddress, confirmAddress } from "./address.ts";
import type { AccountContext } from "./context.ts";
import { askForNewPassword, changePassword, setNewPassword } from "./password.ts";

const test = testDatabase();
vi.stubEnv("BETTER_AUTH_SECRET", "a secret for tests, of more than 32 characters");

const context: AccountContext = {
  origin: "http://once.test",
  locale: "en",
  from: { address: "192.0.2.1", userAgent: "A browser" },
};
const PASSWORD = "a horse and a battery";
const OWNERS = "another horse, another battery";
const THIEFS = "what a thief would choose";

type Mail = { kind: string; recipient: string; content: Record<string, string> };
const mails = (kind: string) => test.owner<Mail[]>`
  select kind, recipient, content from mail_outbox where kind = ${kind} order by id`;

async function linkOf(kind: string): Promise<string> {
  const mail = (await mails(kind)).at(-1);
  if (!mail) throw new Error("Bug: no mail was stored.");
  return new URL(mail.content.url ?? "").searchParams.get("token") ?? "";
}

beforeEach(async () => {
  await test.owner`delete from mail_outbox`;
});

async function newUser(): Promise<User> {
  const { id } = await newPerson(test.owner, 0n);
  const { password } = await auth().$context;
  const hash = await password.hash(PASSWORD);
  await test.owner`delete from credentials where user_id = ${id}`;
  await test.owner`
    insert into credentials (user_id, provider_id, account_id, password) values (${id}, 'credential', ${id}, ${hash})`;
  const [user] = await test.owner<User[]>`select id, name, email, handle, role from users where id = ${id}`;
  if (!user) throw new Error("Bug: nobody was made.");
  return user;
}

/** The headers of a browser that has just signed in. */
async function browserOf(email: string, password = PASSWORD): Promise<Headers> {
  const { headers } = await auth().api.signInEmail({ body: { email, password }, returnHeaders: true });
  const cookie = headers
    .getSetCookie()
    .map((one) => one.split(";")[0])
    .join("; ");
  return new Headers({ cookie });
}

async function sessionIn(headers: Headers): Promise<string> {
  return (await auth().api.getSession({ headers }))?.session.id ?? "";
}

const canSignIn = (user: User, password: string) => signInByPassword(user.email, password, new Headers());
const reset = (token: string, revokesKeys = true) =>
  setNewPassword({ token, password: OWNERS, revokesKeys }, context);
const change = (user: User, headers: Headers, currentPassword = PASSWORD, newPassword = THIEFS) =>
  changePassword(user, { currentPassword, newPassword, revokesKeys: false }, headers, context);

async function resetLink(user: User): Promise<string> {
  await askForNewPassword(user.email, context);
  return linkOf("reset-password");
}

/** A promise, and what resolves it. */
function signal() {
  let resolve = () => {};
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve: () => resolve() };
}

/** Holds the next password that is verified until `goOn` is called. */
async function holdVerifying() {
  const { password } = await auth().$context;
  const verify = password.verify.bind(password);
  const judged = signal();
  const held = signal();
  vi.spyOn(password, "verify").mockImplementationOnce(async (given) => {
    const result = await verify(given);
    judged.resolve();
    await held.promise;
    return result;
  });
  return { judged: judged.promise, goOn: () => held.resolve() };
}

describe("a new password by mail", () => {
  it("stands against a change that was under way by the old one", async () => {
    const user = await newUser();
    const thief = await browserOf(user.email);
    const token = await resetLink(user);
    const { judged, goOn } = await holdVerifying();
    const changing = change(user, thief);
    await judged;
    expect(await reset(token)).toBeUndefined();
    goOn();
    expect(await changing).toBe("wrong");
    expect([await canSignIn(user, THIEFS), await canSignIn(user, OWNERS)]).toEqual([false, true]);
  });

  it("lets no session stand that was opened by the old one while it was set", async () => {
    const user = await newUser();
    const { judged, goOn } = await holdVerifying();
    const signingIn = canSignIn(user, PASSWORD);
    await judged;
    // The new password is written, and not committed before the sign-in looks at it once more.
    const [locked, released] = [signal(), signal()];
    let holder = 0;
    const holding = test.owner.begin(async (sql) => {
      await sql`update credentials set password = 'another' where user_id = ${user.id}`;
      await sql`delete from sessions where user_id = ${user.id}`;
      holder = Number((await sql`select pg_backend_pid() as pid`)[0]?.pid);
      locked.resolve();
      await released.promise;
    });
    await locked.promise;
    goOn();
    const isWaiting = async () =>
      (await test.owner`select from pg_locks where not granted and ${holder} = any (pg_blocking_pids(pid))`)
        .length > 0;
    await vi.waitUntil(isWaiting, { timeout: 5_000 });
    expect(await test.owner`select from sessions where user_id = ${user.id}`).toHaveLength(1);
    released.resolve();
    await holding;
    expect(await signingIn).toBe(false);
    expect(await test.owner`select from sessions where user_id = ${user.id}`).toEqual([]);
  });

  it("that breaks off has done nothing, and its link is good still", async () => {
    const user = await newUser();
    const key = await apiKeyOf(test.owner, user.id);
    const token = await resetLink(user);
    await test.owner.unsafe(`
      create function break_off() returns trigger language plpgsql as $$ begin raise exception 'broken off'; end $$;
      create trigger break_off before delete on api_keys execute function break_off()`);
    await expect(reset(token)).rejects.toThrow();
    await test.owner.unsafe("drop function break_off cascade");
    expect([await canSignIn(user, PASSWORD), await canSignIn(user, OWNERS)]).toEqual([true, false]);
    expect(await reset(token)).toBeUndefined();
    expect(await findByApiKey(key)).toBeUndefined();
    expect(await mails("password-changed")).toMatchObject([{ recipient: user.email }]);
    expect(await findUserSettings(user.id)).toMatchObject({ emailVerified: true });
  });

  it("leaves no API key to a session that was making one", async () => {
    const user = await newUser();
    const sessionId = await sessionIn(await browserOf(user.email));
    const token = await resetLink(user);
    expect(await reset(token)).toBeUndefined();
    const asked = { userId: user.id, sessionId, name: "A program", scopes: ["payments:read"] as const };
    expect(await makeApiKey({ ...asked, intentId: randomUUID() })).toEqual({ type: "gone" });
    expect(await test.owner`select from api_keys where reference_id = ${user.id}`).toEqual([]);
  });

  it.each(["reset", "change"])("(a %s) ends links that change the address", async (way) => {
    const user = await newUser();
    const thief = await browserOf(user.email);
    const email = `m${randomUUID()}@thief.test`;
    await askToChangeAddress(user, { email, currentPassword: PASSWORD }, thief, context);
    const link = await linkOf("change-address");
    if (way === "reset") expect(await reset(await resetLink(user))).toBeUndefined();
    else expect(await change(user, await browserOf(user.email), PASSWORD, OWNERS)).toBeUndefined();
    const owner = await browserOf(user.email, OWNERS);
    expect(await confirmAddress(user, link, owner, context)).toBeUndefined();
    // Asked for anew, within the same minutes, it is mailed anew and works.
    await askToChangeAddress(user, { email, currentPassword: OWNERS }, owner, context);
    expect(await confirmAddress(user, await linkOf("change-address"), owner, context)).toBe(email);
  });

  it("ends a change of address that was being asked for by the old one", async () => {
    const user = await newUser();
    const thief = await browserOf(user.email);
    const token = await resetLink(user);
    const { judged, goOn } = await holdVerifying();
    const email = `m${randomUUID()}@thief.test`;
    const asking = askToChangeAddress(user, { email, currentPassword: PASSWORD }, thief, context);
    await judged;
    expect(await reset(token)).toBeUndefined();
    goOn();
    await asking;
    const owner = await browserOf(user.email, OWNERS);
    expect(await confirmAddress(user, await linkOf("change-address"), owner, context)).toBeUndefined();
  });
});

describe("whoever knows the password and changes it", () => {
  it("ends no link that the owner was mailed", async () => {
    const user = await newUser();
    const token = await resetLink(user);
    expect(await change(user, await browserOf(user.email))).toBeUndefined();
    expect(await reset(token)).toBeUndefined();
    expect([await canSignIn(user, THIEFS), await canSignIn(user, OWNERS)]).toEqual([false, true]);
  });

  it("keeps no other mail from the owner after they have used one", async () => {
    const user = await newUser();
    const first = await resetLink(user);
    expect(await reset(first)).toBeUndefined();
    const second = await resetLink(user);
    expect(second).not.toBe(first);
    expect(await reset(second)).toBeUndefined();
  });

  it("loses to whoever was first with the same old one", async () => {
    const user = await newUser();
    const [one, other] = [await browserOf(user.email), await browserOf(user.email)];
    const results = await Promise.all([
      change(user, one, PASSWORD, OWNERS),
      change(user, other, PASSWORD, THIEFS),
    ]);
    expect(results.filter((error) => error === undefined)).toHaveLength(1);
    expect(results).toContain("wrong");
    const right = results[0] === undefined ? OWNERS : THIEFS;
    expect(await canSignIn(user, right)).toBe(true);
    expect(await mails("password-changed")).toHaveLength(1);
  });
});
