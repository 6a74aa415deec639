"use server";

import { setTimeout as pause } from "node:timers/promises";
import { isAPIError } from "better-auth/api";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { findByHandle, findTwin, hasPassword } from "@/db/identity/users";
import { parseSignUp, type SignUp, type SignUpError } from "@/lib/identity/sign-up";
import { safeReturnPath } from "@/lib/return-path";
import { isReserved } from "@/lib/text/reserved-names";
import { auth } from "@/server/identity/auth";
import { requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { countAttempt, uncountAttempt } from "@/server/identity/sign-in-limits";

/** `waitMinutes` is there with "limited". */
export type SignUpState = { error?: SignUpError | "limited"; waitMinutes?: number };

/** Between a user and their password a sign-up that is under way makes two statements. */
const PASSWORD_WAIT_MS = 2_000;
const PASSWORD_LOOK_MS = 50;

/**
 * Makes an account, signs in, and opens empty ledger accounts. Says which field is wrong; nothing is made then. The same
 * sign-up again (a second press, a form that was sent twice) makes nothing and signs in.
 */
export async function signUp(_previous: SignUpState, form: FormData): Promise<SignUpState> {
  await requireAction("signUp");
  const parsed = parseSignUp({
    name: form.get("name"),
    handle: form.get("handle"),
    email: form.get("email"),
    password: form.get("password"),
  });
  if (!parsed.ok) return { error: parsed.error };
  const wanted = parsed.value;
  const waitMinutes = await countAttempt({ what: "sign-up", email: wanted.email, headers: await headers() });
  if (waitMinutes !== undefined) return { error: "limited", waitMinutes };
  const error = await make(wanted);
  if (error !== undefined && !(await isSameAgain(wanted))) return { error };
  (await cookies()).set(newDeviceCookie(wanted.email));
  redirect(safeReturnPath(form.get("next")));
}

/** Makes the account and signs in, or says what is in the way. */
async function make(wanted: SignUp): Promise<SignUpError | undefined> {
  if (await findByHandle(wanted.handle)) return "handle-taken";
  const twin = await findTwin(wanted);
  if (isReserved(wanted.name) || twin === "name") return "name-taken";
  if (isReserved(wanted.handle) || twin === "handle") return "handle-taken";
  try {
    await auth().api.signUpEmail({ body: wanted, headers: await headers() });
    return undefined;
  } catch (error) {
    if (!isAPIError(error)) throw error;
    // Of two sign-ups for one handle at once, the unique constraint lets one through.
    return (await findByHandle(wanted.handle)) ? "handle-taken" : "email-taken";
  }
}

/**
 * Whether what is in the way is this very sign-up: the same name, handle and address, and the password fits. Signs in then.
 * It counts as an attempt to sign in.
 */
async function isSameAgain({ name, handle, email, password }: SignUp): Promise<boolean> {
  const found = await findByHandle(handle);
  if (found?.email !== email || found.name !== name) return false;
  for (let waitedMs = 0; waitedMs < PASSWORD_WAIT_MS && !(await hasPassword(found.id)); ) {
    await pause(PASSWORD_LOOK_MS);
    waitedMs += PASSWORD_LOOK_MS;
  }
  const authAttempt = { what: "sign-in", email, headers: await headers() } as const;
  if ((await countAttempt(authAttempt)) !== undefined) return false;
  try {
    await auth().api.signInEmail({ body: { email, password }, headers: await headers() });
  } catch (error) {
    if (isAPIError(error)) return false;
    throw error;
  }
  await uncountAttempt(authAttempt);
  return true;
}
