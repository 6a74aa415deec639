"use server";

import { setTimeout as pause } from "node:timers/promises";
import { isAPIError } from "better-auth/api";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { findByHandle, findTwin, hasPassword } from "@/db/identity/users";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { type SignUp, signUpForm } from "@/lib/identity/sign-up";
import { safeReturnPath } from "@/lib/return-path";
import { isReserved } from "@/lib/text/reserved-names";
import { auth } from "@/server/identity/auth";
import { requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { countAttempt, uncountAttempt } from "@/server/identity/sign-in-limits";

/** `waitMinutes` is there with the error "limited". */
export type SignUpState = FormState & { waitMinutes?: number };

/** Between a user and their password a sign-up that is under way makes two statements. */
const PASSWORD_WAIT_MS = 2_000;
const PASSWORD_LOOK_MS = 50;

/**
 * Makes an account, signs in, and opens empty ledger accounts. Says which field is wrong; nothing is made then. The same
 * sign-up again (a second press, a form that was sent twice) makes nothing and signs in.
 */
export async function signUp(_previous: SignUpState, form: FormData): Promise<SignUpState> {
  await requireAction("signUp");
  const parsed = parseForm(signUpForm, form);
  if (!parsed.ok) return parsed.state;
  const wanted = parsed.value;
  const waitMinutes = await countAttempt({ what: "sign-up", email: wanted.email, headers: await headers() });
  if (waitMinutes !== undefined) {
    return { ...refuseForm(form, [{ name: "", code: "limited" }]), waitMinutes };
  }
  const taken = await make(wanted);
  if (taken !== undefined && !(await isSameAgain(wanted)))
    return refuseForm(form, [{ name: taken, code: "taken" }]);
  (await cookies()).set(newDeviceCookie(wanted.email));
  redirect(safeReturnPath(form.get("next")));
}

/** Makes the account and signs in, or names the field that belongs to somebody else. */
async function make(wanted: SignUp): Promise<"name" | "handle" | "email" | undefined> {
  if (await findByHandle(wanted.handle)) return "handle";
  const twin = await findTwin(wanted);
  if (isReserved(wanted.name) || twin === "name") return "name";
  if (isReserved(wanted.handle) || twin === "handle") return "handle";
  try {
    await auth().api.signUpEmail({ body: wanted, headers: await headers() });
    return undefined;
  } catch (error) {
    if (!isAPIError(error)) throw error;
    // Of two sign-ups for one handle at once, the unique constraint lets one through.
    return (await findByHandle(wanted.handle)) ? "handle" : "email";
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
