"use server";

import { randomUUID } from "node:crypto";
import { isAPIError } from "better-auth/api";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { findByHandle } from "@/db/identity/users";
import { uuid } from "@/lib/api/requests";
import { parseSignUp, type SignUp, type SignUpError } from "@/lib/identity/sign-up";
import { safeReturnPath } from "@/lib/return-path";
import { withAccountContext } from "@/server/account/context";
import { requestContext } from "@/server/account/request-context";
import { askForAccount, findInTheWay, mailAgain, untilPassword } from "@/server/account/sign-up";
import { auth } from "@/server/identity/auth";
import { requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { signInByPassword } from "@/server/identity/sign-in";
import { countAttempt, uncountAttempt } from "@/server/identity/sign-in-limits";
import { hasMail } from "@/server/mail/delivery";

/** `waitMinutes` is there with "limited". */
export type SignUpState = { error?: SignUpError | "limited"; waitMinutes?: number };

/**
 * Makes an account, or says which field is wrong; nothing is made then. Where mail works, the link that is mailed makes it, and
 * the answer is the same for an address that has an account. Without mail the account is made at once, and signed in. The same
 * sign-up again (a second press, a form that was sent twice) makes nothing more, and gets the same answer.
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
  const waitMinutes = await countAttempt({ what: "sign-up", headers: await headers() });
  if (waitMinutes !== undefined) return { error: "limited", waitMinutes };
  const next = safeReturnPath(form.get("next"));
  if (hasMail()) {
    const sent = uuid.safeParse(form.get("id"));
    const id = sent.success ? sent.data : randomUUID();
    const error = await askForAccount({ id, wanted, next }, await requestContext());
    if (error !== undefined) return { error };
    redirect(`/sign-up/sent?id=${id}`);
  }
  const error = await make(wanted);
  if (error !== undefined && !(await isSameAgain(wanted))) return { error };
  (await cookies()).set(newDeviceCookie(wanted.email));
  redirect(next);
}

/** Makes the account and signs in, or says what is in the way. */
async function make(wanted: SignUp): Promise<SignUpError | undefined> {
  const error = await findInTheWay(wanted);
  if (error !== undefined) return error;
  const requestHeaders = await headers();
  try {
    await withAccountContext(await requestContext(), () =>
      auth().api.signUpEmail({ body: wanted, headers: requestHeaders }),
    );
    return undefined;
  } catch (thrown) {
    if (!isAPIError(thrown)) throw thrown;
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
  if (waitMinutes !== undefined) redirect(`/sign-up/sent?id=${id.data}&again=later`);
  await mailAgain(id.data, await requestContext());
  redirect(`/sign-up/sent?id=${id.data}&again=sent`);
}
