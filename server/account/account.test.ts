/** Accounts that people can keep: signing up, new passwords, other addresses. By the mails that are stored. */
import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { findByApiKey } from "@/db/identity/api-keys";
import { forgetExpiredLinks } from "@/db/identity/pending-sign-ups";
import { listSessions } from "@/db/identity/sessions";
import { findUserSettings } from "@/db/identity/user-settings";
import { findByEmail, type User } from "@/db/identity/users";
import { testDatabase } from "@/db/testing/fixtures/database";
import { apiKeyOf } from "@/db/testing/fixtures/people";
import { auth } from "../identity/auth.ts";
import { signInByPassword } from "../identity/sign-in.ts";
import { askToChangeAddress, askToConfirmAddress, confirmAddress } from "./address.ts";
import type { AccountContext } from "./context.ts";
import { askForNewPassword, changePassword, setNewPassword } from "./password.ts";
import { ANSWER_AFTER_MS } from "./same-time.ts";
import { askForAccount, confirmSignUp, mailAgain } from "./sign-up.ts";

const test = testDatabase();
vi.stubEnv("BETTER_AUTH_SECRET", "a secret for tests, of more than 32 characters");

const context: AccountContext = {
  origin: "http://once.test",
  locale: "en",
  from: { address: "192.0.2.1", userAgent: "A browser" },
};
const PASSWORD = "a horse and a battery";
const OTHER = "another horse, another battery";

type Mail = { kind: string; recipient: string; content: Record<string, string>; key: string; locale: string };
const mails = () => test.owner<Mail[]>`
  select kind, recipient, content, dedupe_key as key, locale from mail_outbox order by id`;

async function lastMail(): Promise<Mail> {
  const mail = (await mails()).at(-1);
  if (!mail) throw new Error("Bug: no mail was stored.");
  return mail;
}

const tokenOf = (mail: Mail): string => new URL(mail.content.url ?? "").searchParams.get("token") ?? "";

beforeEach(async () => {
  await test.owner`delete from mail_outbox`;
});

function somebody(email?: string) {
  const handle = `t${randomUUID().replaceAll("-", "").slice(0, 20)}`;
  return { name: "Somebody New", handle, email: email ?? `m${handle}@shop.test`, password: PASSWORD };
}

const asking = (wanted: ReturnType<typeof somebody>, id = randomUUID()) =>
  askForAccount({ id, wanted, next: "/checkout/1" }, context);
const confirming = (token: string, password = PASSWORD) =>
  confirmSignUp(token, password, new Headers(), context);

/** A user with a confirmed address, as signing up makes one. */
async function newUser(): Promise<User> {
  const wanted = somebody();
  expect(await asking(wanted)).toBeUndefined();
  expect(await confirming(tokenOf(await lastMail()))).toMatchObject({ type: "signed-in" });
  await test.owner`delete from mail_outbox`;
  const user = await findByEmail(wanted.email);
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

const isSignedIn = async (headers: Headers) => (await auth().api.getSession({ headers })) !== null;
const canSignIn = (email: string, password: string) => signInByPassword(email, password, new Headers());

describe("signing up", () => {
  it("makes an account when the address is confirmed with the password, and not before", async () => {
    const wanted = somebody();
    expect(await asking(wanted)).toBeUndefined();
    expect(await findByEmail(wanted.email)).toBeUndefined();
    expect(await canSignIn(wanted.email, PASSWORD)).toBe(false);
    const mail = await lastMail();
    expect(mail).toMatchObject({ kind: "confirm-address", recipient: wanted.email });
    expect(await confirming(tokenOf(mail), OTHER)).toEqual({ type: "refused", error: "wrong" });
    expect(await findByEmail(wanted.email)).toBeUndefined();
    expect(await confirming(tokenOf(mail))).toEqual({
      type: "signed-in",
      email: wanted.email,
      next: "/checkout/1",
    });
    const user = await findByEmail(wanted.email);
    expect(user).toMatchObject({ handle: wanted.handle, name: wanted.name, role: "payer" });
    expect(await findUserSettings(user?.id ?? "")).toEqual({
      emailVerified: true,
      receiptsByMail: true,
      locale: "en",
    });
    expect(await canSignIn(wanted.email, PASSWORD)).toBe(true);
  });

  it("keeps the language that somebody signed up in", async () => {
    const wanted = somebody();
    await askForAccount({ id: randomUUID(), wanted, next: "/" }, { ...context, locale: "de" });
    const mail = await lastMail();
    expect(mail.locale).toBe("de");
    await confirming(tokenOf(mail));
    expect(await findUserSettings((await findByEmail(wanted.email))?.id ?? "")).toMatchObject({
      locale: "de",
    });
  });

  it("is one sign-up when it is pressed twice: one mail, one account, both presses signed in", async () => {
    const wanted = somebody();
    const id = randomUUID();
    const asked = await Promise.all(Array.from({ length: 6 }, () => asking(wanted, id)));
    expect(asked).toEqual(Array.from({ length: 6 }, () => undefined));
    expect(await mails()).toHaveLength(1);
    const token = tokenOf(await lastMail());
    const confirmed = await Promise.all(Array.from({ length: 4 }, () => confirming(token)));
    expect(confirmed.map(({ type }) => type)).toEqual(Array.from({ length: 4 }, () => "signed-in"));
    expect(await test.owner`select 1 from users where email = ${wanted.email}`).toHaveLength(1);
  });

  it("with the same form and other words is the later one", async () => {
    const [first, id] = [somebody(), randomUUID()];
    const second = { ...somebody(), password: OTHER };
    await asking(first, id);
    const old = tokenOf(await lastMail());
    expect(await asking(second, id)).toBeUndefined();
    expect(await confirming(old)).toEqual({ type: "refused", error: "expired" });
    expect(await confirming(tokenOf(await lastMail()), OTHER)).toMatchObject({ email: second.email });
    // The handle that was given up is nobody's.
    expect(await asking({ ...somebody(), handle: first.handle })).toBeUndefined();
  });

  it("says and does the same for an address that has an account, and its owner alone is told", async () => {
    const owner = await newUser();
    const [free, taken] = [somebody(), somebody(owner.email)];
    const took: number[] = [];
    for (const wanted of [free, taken]) {
      const startedMs = performance.now();
      expect(await asking(wanted)).toBeUndefined();
      took.push(performance.now() - startedMs);
    }
    expect(await mails()).toMatchObject([
      { kind: "confirm-address", recipient: free.email },
      { kind: "address-taken", recipient: owner.email },
    ]);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(ANSWER_AFTER_MS - 1);
    // Nor does the handle tell: in both cases it is kept for an hour, and free afterwards.
    for (const { handle } of [free, taken]) expect(await asking({ ...somebody(), handle })).toBe("handle");
    await test.owner`update pending_sign_ups set expires_at = now() - interval '1 second'`;
    for (const { handle } of [free, taken]) expect(await asking({ ...somebody(), handle })).toBeUndefined();
    // Nor does signing in.
    expect([await canSignIn(free.email, PASSWORD), await canSignIn(owner.email, OTHER)]).toEqual([
      false,
      false,
    ]);
    expect(await test.owner`select 1 from users where email = ${owner.email}`).toHaveLength(1);
  });

  it("is over after its hour, and then nothing of it is left", async () => {
    const wanted = somebody();
    await asking(wanted);
    const token = tokenOf(await lastMail());
    await test.owner`update pending_sign_ups set expires_at = now() - interval '1 second' where handle = ${wanted.handle}`;
    expect(await confirming(token)).toEqual({ type: "refused", error: "expired" });
    await forgetExpiredLinks();
    expect(await test.owner`select 1 from pending_sign_ups where handle = ${wanted.handle}`).toEqual([]);
  });

  it("sent again with a handle that another sign-up holds stays what it was", async () => {
    const [one, other, id] = [somebody(), somebody(), randomUUID()];
    await asking(other);
    await asking(one, id);
    const token = tokenOf(await lastMail());
    expect(await asking({ ...one, handle: other.handle }, id)).toBe("handle");
    expect(await confirming(token)).toMatchObject({ type: "signed-in", email: one.email });
  });

  it("whose handle has become another's meanwhile makes nothing", async () => {
    const wanted = somebody();
    await asking(wanted);
    const token = tokenOf(await lastMail());
    await test.owner`
      insert into users (name, email, handle) values ('Other', ${`${wanted.handle}@other.test`}, ${wanted.handle})`;
    expect(await confirming(token)).toEqual({ type: "refused", error: "handle-taken" });
    expect(await findByEmail(wanted.email)).toBeUndefined();
  });

  it("fills nobody's mailbox: asked for again and again, one mail is stored", async () => {
    const [wanted, id] = [somebody(), randomUUID()];
    await asking(wanted, id);
    await Promise.all(Array.from({ length: 5 }, () => mailAgain(id, context)));
    expect(await mails()).toHaveLength(1);
    expect(await mailAgain(randomUUID(), context)).toBeUndefined();
  });

  it("keeps no secret of the link in the database", async () => {
    await asking(somebody());
    const token = tokenOf(await lastMail());
    const [{ all } = { all: "" }] = await test.owner<{ all: string }[]>`
      select string_agg(to_jsonb(p.*)::text, ' ') as all from pending_sign_ups p`;
    expect(all).not.toContain(token);
    expect(all).not.toContain(PASSWORD);
  });
});

describe("a forgotten password", () => {
  it("is replaced by a link that works once; then every session has ended, and only the new one is right", async () => {
    const user = await newUser();
    const browsers = [await browserOf(user.email), await browserOf(user.email)];
    await askForNewPassword(user.email, context);
    const mail = await lastMail();
    expect(mail).toMatchObject({ kind: "reset-password", recipient: user.email });
    const token = tokenOf(mail);
    expect(
      await setNewPassword({ token, password: user.handle.repeat(2), revokesKeys: false }, context),
    ).toBe("guessable");
    expect(await setNewPassword({ token, password: OTHER, revokesKeys: false }, context)).toBeUndefined();
    expect(await Promise.all(browsers.map(isSignedIn))).toEqual([false, false]);
    expect(await listSessions(user.id)).toEqual([]);
    expect([await canSignIn(user.email, PASSWORD), await canSignIn(user.email, OTHER)]).toEqual([
      false,
      true,
    ]);
    expect(await setNewPassword({ token, password: PASSWORD, revokesKeys: false }, context)).toBe("expired");
    expect(await canSignIn(user.email, OTHER)).toBe(true);
    expect(await lastMail()).toMatchObject({ kind: "password-changed", recipient: user.email });
  });

  it("says the same, and takes the same, where there is no such account", async () => {
    const user = await newUser();
    const took: number[] = [];
    for (const email of [user.email, "nobody@shop.test"]) {
      const startedMs = performance.now();
      expect(await askForNewPassword(email, context)).toBeUndefined();
      took.push(performance.now() - startedMs);
    }
    expect(await mails()).toHaveLength(1);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(ANSWER_AFTER_MS - 1);
  });

  it("is set by one of two presses at once", async () => {
    const user = await newUser();
    await askForNewPassword(user.email, context);
    const token = tokenOf(await lastMail());
    const results = await Promise.all(
      Array.from({ length: 4 }, () =>
        setNewPassword({ token, password: OTHER, revokesKeys: false }, context),
      ),
    );
    expect(results.filter((result) => result === undefined)).toHaveLength(1);
    expect(await canSignIn(user.email, OTHER)).toBe(true);
  });

  it("ends every other link like it, and those in the database are no use to whoever reads it", async () => {
    const user = await newUser();
    await askForNewPassword(user.email, context);
    const first = tokenOf(await lastMail());
    await test.owner`delete from mail_outbox`;
    await askForNewPassword(user.email, context);
    const second = tokenOf(await lastMail());
    const stored = await test.owner<{ all: string }[]>`
      select to_jsonb(v.*)::text as all from verifications v where value = ${user.id}`;
    expect(stored).toHaveLength(2);
    expect(stored.some(({ all }) => all.includes(first) || all.includes(second))).toBe(false);
    await setNewPassword({ token: second, password: OTHER, revokesKeys: false }, context);
    expect(await setNewPassword({ token: first, password: PASSWORD, revokesKeys: false }, context)).toBe(
      "expired",
    );
  });

  it("asked for by strangers, again and again, leaves the owner a mail that works", async () => {
    const user = await newUser();
    await Promise.all(Array.from({ length: 8 }, () => askForNewPassword(user.email, context)));
    expect(await mails()).toHaveLength(1);
    const token = tokenOf(await lastMail());
    expect(await setNewPassword({ token, password: OTHER, revokesKeys: false }, context)).toBeUndefined();
  });

  it("leaves API keys alone, unless they are to go", async () => {
    const user = await newUser();
    const key = await apiKeyOf(test.owner, user.id);
    for (const revokesKeys of [false, true]) {
      await test.owner`delete from mail_outbox`;
      await askForNewPassword(user.email, context);
      const reset = (await mails()).find(({ kind }) => kind === "reset-password");
      if (!reset) throw new Error("Bug: no mail.");
      await setNewPassword({ token: tokenOf(reset), password: OTHER, revokesKeys }, context);
      expect((await findByApiKey(key)) === undefined).toBe(revokesKeys);
    }
  });

  it("lets no sign-in through that had begun with the old one", async () => {
    const user = await newUser();
    await askForNewPassword(user.email, context);
    const token = tokenOf(await lastMail());
    const { password: passwords } = await auth().$context;
    const verify = passwords.verify.bind(passwords);
    let isRight = (_: boolean) => {};
    const judged = new Promise<boolean>((resolve) => {
      isRight = resolve;
    });
    let goOn = () => {};
    const waits = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const spy = vi.spyOn(passwords, "verify").mockImplementationOnce(async (given) => {
      const result = await verify(given);
      isRight(result);
      await waits;
      return result;
    });
    const signingIn = canSignIn(user.email, PASSWORD);
    expect(await judged).toBe(true);
    expect(await setNewPassword({ token, password: OTHER, revokesKeys: false }, context)).toBeUndefined();
    goOn();
    expect(await signingIn).toBe(false);
    expect(await listSessions(user.id)).toEqual([]);
    spy.mockRestore();
  });
});

describe("changing the password", () => {
  it("asks for the old one, ends every other session and goes on in this one", async () => {
    const user = await newUser();
    const [here, elsewhere] = [await browserOf(user.email), await browserOf(user.email)];
    const change = (currentPassword: string) =>
      changePassword(user, { currentPassword, newPassword: OTHER, revokesKeys: false }, here, context);
    expect(await change("not this one")).toBe("wrong");
    expect(await isSignedIn(elsewhere)).toBe(true);
    expect(await change(PASSWORD)).toBeUndefined();
    expect(await isSignedIn(elsewhere)).toBe(false);
    // The session of this browser has a new token, which its cookie gets.
    expect(await listSessions(user.id)).toHaveLength(1);
    expect([await canSignIn(user.email, PASSWORD), await canSignIn(user.email, OTHER)]).toEqual([
      false,
      true,
    ]);
    expect(await lastMail()).toMatchObject({ kind: "password-changed" });
  });
});

describe("another address", () => {
  const changing = (user: User, email: string, headers: Headers, currentPassword = PASSWORD) =>
    askToChangeAddress(user, { email, currentPassword }, headers, context);

  it("is used once it is confirmed, by its user alone; the old one is told, and never somebody else's", async () => {
    const [user, stranger] = [await newUser(), await newUser()];
    const [headers, others] = [await browserOf(user.email), await browserOf(stranger.email)];
    const email = somebody().email;
    expect(await changing(user, email, headers, OTHER)).toBe("wrong");
    expect(await changing(user, email, headers)).toBeUndefined();
    const mail = await lastMail();
    expect(mail).toMatchObject({ kind: "change-address", recipient: email });
    expect(await findByEmail(email)).toBeUndefined();
    const token = tokenOf(mail);
    expect(await confirmAddress(stranger, token, others, context)).toBeUndefined();
    expect(await confirmAddress(user, `${token}x`, headers, context)).toBeUndefined();
    expect(await confirmAddress(user, token, headers, context)).toBe(email);
    expect(await lastMail()).toMatchObject({ kind: "address-changed", recipient: user.email });
    expect([await canSignIn(user.email, PASSWORD), await canSignIn(email, PASSWORD)]).toEqual([false, true]);
    // Once more it does nothing.
    const changed = { ...user, email };
    expect(await confirmAddress(changed, token, headers, context)).toBeUndefined();
    // The old address opens no account, in no way.
    await test.owner`delete from mail_outbox`;
    expect(await asking(somebody(user.email))).toBeUndefined();
    expect(await lastMail()).toMatchObject({ kind: "address-taken", content: { isCurrent: false } });
    const taking = test.owner`insert into users (name, email, handle) values ('Other', ${user.email}, ${somebody().handle})`;
    await expect(taking).rejects.toMatchObject({ code: "23505" });
    // But its user may have it back.
    expect(await changing(changed, user.email, headers)).toBeUndefined();
    expect(await confirmAddress(changed, tokenOf(await lastMail()), headers, context)).toBe(user.email);
  });

  it("that is another user's gets the same answer, and its owner is told", async () => {
    const [user, owner] = [await newUser(), await newUser()];
    const headers = await browserOf(user.email);
    const took: number[] = [];
    for (const email of [somebody().email, owner.email]) {
      const startedMs = performance.now();
      expect(await changing(user, email, headers)).toBeUndefined();
      took.push(performance.now() - startedMs);
    }
    expect(await mails()).toMatchObject([
      { kind: "change-address" },
      { kind: "address-taken", recipient: owner.email },
    ]);
    expect(Math.min(...took)).toBeGreaterThanOrEqual(ANSWER_AFTER_MS - 1);
  });

  it("that became another user's while the mail was on its way changes nothing", async () => {
    const user = await newUser();
    const headers = await browserOf(user.email);
    const email = somebody().email;
    await changing(user, email, headers);
    const token = tokenOf(await lastMail());
    await test.owner`insert into users (name, email, handle) values ('Quick', ${email}, ${somebody().handle})`;
    expect(await confirmAddress(user, token, headers, context)).toBeUndefined();
    expect(await findByEmail(user.email)).toMatchObject({ id: user.id });
  });

  it("is proven by its link also where the old one never was", async () => {
    const user = await newUser();
    await test.owner`update users set email_verified = false where id = ${user.id}`;
    const headers = await browserOf(user.email);
    const email = somebody().email;
    await changing(user, email, headers);
    await confirmAddress(user, tokenOf(await lastMail()), headers, context);
    expect(await findUserSettings(user.id)).toMatchObject({ emailVerified: true });
  });

  it("that somebody has already is confirmed by a link of its own", async () => {
    const user = await newUser();
    await test.owner`update users set email_verified = false where id = ${user.id}`;
    const headers = await browserOf(user.email);
    await askToConfirmAddress(user, headers, context);
    const mail = await lastMail();
    expect(mail).toMatchObject({ kind: "confirm-address", recipient: user.email });
    expect(await findUserSettings(user.id)).toMatchObject({ emailVerified: false });
    expect(await confirmAddress(user, tokenOf(mail), headers, context)).toBe(user.email);
    expect(await findUserSettings(user.id)).toMatchObject({ emailVerified: true });
    expect(await confirmAddress(user, tokenOf(mail), headers, context)).toBe(user.email);
  });
});
