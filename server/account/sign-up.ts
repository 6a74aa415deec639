/**
 * Signing up where mail works: an account is made when the address is confirmed, not before. Until then everything is the same
 * for an address that has an account and for one that has none: what is said, what is stored, how long it takes, and that the
 * handle is kept for an hour. Only the mail differs, which the owner of the address reads.
 */
import { setTimeout as pause } from "node:timers/promises";
import { isAPIError } from "better-auth/api";
import { findSignUp, findSignUpByToken, keepSignUp } from "@/db/identity/pending-sign-ups";
import { findAddressOwner } from "@/db/identity/user-settings";
import { findByHandle, findTwin, hasPassword } from "@/db/identity/users";
import type { SignUp } from "@/lib/identity/sign-up";
import { isReserved } from "@/lib/text/reserved-names";
import { auth } from "../identity/auth.ts";
import { signInByPassword } from "../identity/sign-in.ts";
import { countAttempt, uncountAttempt } from "../identity/sign-in-limits.ts";
import { noteChange, noteRefusal } from "../observability/security.ts";
import { mailAddressTaken, mailSignUp } from "./account-mails.ts";
import { type AccountContext, withAccountContext } from "./context.ts";
import { hashOf, LINK_SECONDS, signUpToken } from "./links.ts";
import { inSameTime } from "./same-time.ts";

/** Between a user and their password a sign-up that is under way makes two statements. */
const PASSWORD_WAIT_MS = 2_000;
const PASSWORD_LOOK_MS = 50;

/** The field of a sign-up that is, or reads like, somebody else's. */
export type Taken = "name" | "handle";

/** What is in the way of this name and handle, if anything. Says nothing about the address. */
export async function findInTheWay(wanted: { name: string; handle: string }): Promise<Taken | undefined> {
  if (await findByHandle(wanted.handle)) return "handle";
  const twin = await findTwin(wanted);
  if (isReserved(wanted.name) || twin === "name") return "name";
  if (isReserved(wanted.handle) || twin === "handle") return "handle";
  return undefined;
}

/** Until the user has a password, or for so long that there will be none. */
export async function untilPassword(userId: string): Promise<void> {
  for (let waitedMs = 0; waitedMs < PASSWORD_WAIT_MS && !(await hasPassword(userId)); ) {
    await pause(PASSWORD_LOOK_MS);
    waitedMs += PASSWORD_LOOK_MS;
  }
}

/**
 * Keeps a sign-up (`id` is its form's; sent again it is the same one) and mails the link that confirms it, or to the owner of the
 * address that they have an account. Returns what is wrong with name or handle, or undefined: then a mail is on its way.
 */
export function askForAccount(
  asked: { id: string; wanted: SignUp; next: string },
  context: AccountContext,
): Promise<Taken | undefined> {
  return withAccountContext(context, () => inSameTime(() => ask(asked, context)));
}

async function ask(
  { id, wanted, next }: { id: string; wanted: SignUp; next: string },
  { locale }: AccountContext,
): Promise<Taken | undefined> {
  const error = await findInTheWay(wanted);
  if (error !== undefined) return error;
  const { name, handle, email } = wanted;
  const token = signUpToken({ id, email, handle, name });
  const { password: passwords } = await auth().$context;
  const password = await passwords.hash(wanted.password);
  const tokenHash = hashOf(token);
  if (!(await keepSignUp({ id, tokenHash, handle, email, name, password, locale, next }, LINK_SECONDS)))
    return "handle";
  await mail({ email, name, handle, token, locale });
  return undefined;
}

/** Mails again what a sign-up was mailed, at most every few minutes. Says the same whether there is such a sign-up or not. */
export function mailAgain(id: string, context: AccountContext): Promise<void> {
  return withAccountContext(context, () =>
    inSameTime(async () => {
      const kept = await findSignUp(id);
      if (!kept) return;
      await mail({ ...kept, token: signUpToken(kept), locale: context.locale });
    }),
  );
}

async function mail(signUp: Parameters<typeof mailSignUp>[0]): Promise<void> {
  const owner = await findAddressOwner(signUp.email);
  if (owner) await mailAddressTaken(signUp.email, owner);
  else await mailSignUp(signUp);
}

export type Confirmed =
  | { type: "signed-in"; email: string; next: string }
  | { type: "refused"; error: "wrong" | "expired" | "handle-taken" }
  | { type: "limited"; waitMinutes: number };

/**
 * Makes the account of a sign-up, its address verified, and signs in. The password of the sign-up is asked for once more: a link
 * that somebody got for a sign-up they did not make opens nothing, neither for them nor for whoever made it. Pressed twice, it
 * signs in twice.
 */
export async function confirmSignUp(
  token: string,
  password: string,
  headers: Headers,
  context: AccountContext,
): Promise<Confirmed> {
  const kept = await findSignUpByToken(hashOf(token));
  if (!kept) return { type: "refused", error: "expired" };
  const { email, name, handle, next } = kept;
  const attempt = { what: "sign-in", email, headers } as const;
  const waitMinutes = await countAttempt(attempt);
  if (waitMinutes !== undefined) return { type: "limited", waitMinutes };
  const { password: passwords } = await auth().$context;
  if (!(await passwords.verify({ hash: kept.password, password }))) {
    noteRefusal("sign-in-failed", headers, { detail: "confirm-sign-up" });
    return { type: "refused", error: "wrong" };
  }
  if (!(await findAddressOwner(email))) {
    const error = await findInTheWay({ name, handle });
    if (error !== undefined && (await findByHandle(handle))?.email !== email)
      return { type: "refused", error: "handle-taken" };
    const making = { ...context, locale: kept.locale === "de" ? "de" : "en", provenEmail: email } as const;
    if (await make({ name, handle, email, password }, headers, making)) {
      await uncountAttempt(attempt);
      return { type: "signed-in", email, next };
    }
  }
  // Somebody was first: another press of the same button, mostly.
  const made = await findByHandle(handle);
  if (made?.email !== email) return { type: "refused", error: "expired" };
  await untilPassword(made.id);
  if (!(await signInByPassword(email, password, headers))) return { type: "refused", error: "expired" };
  await uncountAttempt(attempt);
  return { type: "signed-in", email, next };
}

async function make(wanted: SignUp, headers: Headers, context: AccountContext): Promise<boolean> {
  try {
    const made = await withAccountContext(context, () => auth().api.signUpEmail({ body: wanted, headers }));
    noteChange("signed-up", context.from, { userId: made.user.id });
    return true;
  } catch (error) {
    if (isAPIError(error)) return false;
    throw error;
  }
}
