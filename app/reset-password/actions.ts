"use server";

import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { newPasswordForm, newPasswordRequest } from "@/lib/identity/account";
import { askForNewPassword, setNewPassword as set } from "@/server/account/password";
import { requestContext } from "@/server/account/request-context";
import { tell } from "@/server/http/flash";
import { requireAction } from "@/server/identity/authorize";
import { countAttempt } from "@/server/identity/sign-in-limits";
import { hasMail } from "@/server/mail/delivery";

/** Mails a link for a new password. The answer is the same, and takes the same, whether or not the address has an account. */
export async function requestNewPassword(_previous: FormState, form: FormData): Promise<FormState> {
  await requireAction("requestNewPassword");
  const parsed = parseForm(newPasswordRequest, form);
  if (!parsed.ok) return parsed.state;
  if (!hasMail()) redirect("/reset-password");
  const waitMinutes = await countAttempt({ what: "account-mail", headers: await headers() });
  if (waitMinutes !== undefined) return refuseForm(form, [{ name: "email", code: "limited" }]);
  await askForNewPassword(parsed.value.email, await requestContext());
  return tell("/reset-password?sent=1", "");
}

/** Sets a new password by a link that was mailed. Then everybody who was signed in as this user signs in anew. */
export async function setNewPassword(_previous: FormState, form: FormData): Promise<FormState> {
  await requireAction("setNewPassword");
  const parsed = parseForm(newPasswordForm, form);
  if (!parsed.ok) return parsed.state;
  const waitMinutes = await countAttempt({ what: "account-mail", headers: await headers() });
  if (waitMinutes !== undefined) return refuseForm(form, [{ name: "newPassword", code: "limited" }]);
  const { token, newPassword: password, revokeKeys } = parsed.value;
  const wanted = { token, password, revokesKeys: revokeKeys === "on" };
  const error = await set(wanted, await requestContext());
  if (error !== undefined) return refuseForm(form, [{ name: "newPassword", code: error }]);
  return tell("/sign-in?changed=password", "");
}
