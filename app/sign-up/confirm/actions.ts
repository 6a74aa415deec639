"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { type FormState, parseForm, refuseForm } from "@/lib/form/form-state";
import { confirmSignUpForm } from "@/lib/identity/account";
import { safeReturnPath } from "@/lib/return-path";
import { requestContext } from "@/server/account/request-context";
import { confirmSignUp as confirm } from "@/server/account/sign-up";
import { requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { hasMail } from "@/server/mail/delivery";

/** Makes the account of a sign-up whose link was mailed, and signs in. Asks for its password, so that the link alone does nothing. */
export async function confirmSignUp(_previous: FormState, form: FormData): Promise<FormState> {
  await requireAction("confirmSignUp");
  const parsed = parseForm(confirmSignUpForm, form);
  if (!parsed.ok) return parsed.state;
  if (!hasMail()) redirect("/sign-up");
  const { token, password } = parsed.value;
  const confirmed = await confirm(token, password, await headers(), await requestContext());
  switch (confirmed.type) {
    case "signed-in":
      (await cookies()).set(newDeviceCookie(confirmed.email));
      return redirect(safeReturnPath(confirmed.next));
    case "limited":
      return refuseForm(form, [{ name: "password", code: "limited" }]);
    case "refused":
      return refuseForm(form, [{ name: "password", code: confirmed.error }]);
    default:
      return confirmed satisfies never;
  }
}
