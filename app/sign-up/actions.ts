"use server";

import { randomUUID } from "node:crypto";
import { isAPIError } from "better-auth/api";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { findByHandle } from "@/db/identity/users";
import { uuid } from "@/lib/api/requests";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { type SignUp, signUpForm } from "@/lib/identity/sign-up";
import { safeReturnPath } from "@/lib/return-path";
import { withAccountContext } from "@/server/account/context";
import { requestContext } from "@/server/account/request-context";
import { askForAccount, findInTheWay, mailAgain, type Taken, untilPassword } from "@/server/account/sign-up";
import { tell } from "@/server/http/flash";
import { auth } from "@/server/identity/auth";
import { requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { signInByPassword } from "@/server/identity/sign-in";
import { countAttempt, uncountAttempt } from "@/server/identity/sign-in-limits";
import { hasMail } from "@/server/mail/delivery";
import { noteChange, originOf } from "@/server/observability/security";

/** `waitMinutes` is there with the error "limited". */
export type SignUpState = FormState & { waitMinutes?: number };

/**
 * Makes an account, or says which field is wrong; nothing is made then. Where mail works, the link that is mailed makes it, and
 * the answer is the same for an address that has an account. Without mail the account is made at once, and signed in. The same
 * sign-up again (a second press, a form that was sent twice) makes nothing more, and gets the same answer.
 */
export async function signUp(_previous: SignUpState, form: FormData): Promise<SignUpState> {
  await requireAction("signUp");
  const parsed = parseForm(signUpForm, form);
  if (!parsed.ok) return parsed.state;
  const wanted = parsed.value;
  const waitMinutes = await countAttempt({ what: "sign-up", headers: await headers() });
  if (waitMinutes !== undefined) {
    return { ...refuseForm(form, [{ name: "", code: "limited" }]), waitMinutes };
  }
  const next = safeReturnPath(form.get("next"));
  if (hasMail()) {
    const sent = uuid.safeParse(form.get("id"));
    const id = sent.success ? sent.data : randomUUID();
    const inTheWay = await askForAccount({ id, wanted, next }, await requestContext());
    if (inTheWay !== undefined) return refuseForm(form, [{ name: inTheWay, code: "taken" }]);
    redirect(`/sign-up/sent?id=${id}`);
  }
  const taken = await make(wanted);
  if (taken !== undefined && !(await isSameAgain(wanted)))
    return refuseForm(form, [{ name: taken, code: "taken" }]);
  (await cookies()).set(newDeviceCookie(wanted.email));
  redirect(next);
}

/** Makes the account and signs in, or names the field that belongs to somebody else. */
async function make(wanted: SignUp): Promise<Taken | "email" | undefined> {
  const inTheWay = await findInTheWay(wanted);
  if (inTheWay !== undefined) return inTheWay;
  const requestHeaders = await headers();
  try {
    const made = await withAccountContext(await requestContext(), () =>
      auth().api.signUpEmail({ body: wanted, headers: requestHeaders }),
    );
    noteChange("signed-up", originOf(requestHeaders), { userId: made.user.id });
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
  await untilPassword(found.id);
  const authAttempt = { what: "sign-in", email, headers: await headers() } as const;
  if ((await countAttempt(authAttempt)) !== undefined) return false;
  if (!(await signInByPassword(email, password, await headers()))) return false;
  await uncountAttempt(authAttempt);
  return true;
}

/** Mails the link of a sign-up (field `id`) again, at most every few minutes. */
export async function mailSignUpAgain(form: FormData): Promise<void> {
  await requireAction("mailSignUpAgain");
  const id = uuid.safeParse(form.get("id"));
  if (!id.success || !hasMail()) redirect("/sign-up");
  const waitMinutes = await countAttempt({ what: "account-mail", headers: await headers() });
  if (waitMinutes !== undefined) return tell(`/sign-up/sent?id=${id.data}&again=later`, "");
  await mailAgain(id.data, await requestContext());
  return tell(`/sign-up/sent?id=${id.data}&again=sent`, "");
}
