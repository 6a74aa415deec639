"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { endSession as end, endSessions } from "@/db/identity/sessions";
import { uuid } from "@/lib/api/requests";
import { type FormState, parseForm, refuseForm, troubled } from "@/lib/form/form-state";
import { changeAddressForm, changePasswordForm } from "@/lib/identity/account";
import { askToChangeAddress, askToConfirmAddress, confirmAddress as confirm } from "@/server/account/address";
import { changePassword as change } from "@/server/account/password";
import { requestContext } from "@/server/account/request-context";
import { tell } from "@/server/http/flash";
import { formAction, troubleOf } from "@/server/http/form-action";
import { consumeQuota } from "@/server/http/rate-limits";
import { auth } from "@/server/identity/auth";
import { authorizeAction, requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { countAttempt } from "@/server/identity/sign-in-limits";
import { whoOpened } from "@/server/identity/who-opened";
import { hasMail } from "@/server/mail/delivery";
import { noteChange, noteRefusal, originOf } from "@/server/observability/security";

const PAGE = "/settings/account";

/** Whether the user may type their password once more. Whoever found an open browser does not guess it. */
async function mayTryPassword(userId: string): Promise<boolean> {
  const { isWithin, name } = await consumeQuota("password-check", userId);
  if (!isWithin) noteRefusal("locked-out", await headers(), { userId, detail: name });
  return isWithin;
}

/** Changes the password of whoever knows the old one; every other browser is signed out. */
export async function changePassword(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "changePassword",
    async () => {
      const authorization = await authorizeAction("changePassword", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const { viewer } = authorization;
      const parsed = parseForm(changePasswordForm, form);
      if (!parsed.ok) return parsed.state;
      if (!(await mayTryPassword(viewer.id)))
        return refuseForm(form, [{ name: "currentPassword", code: "limited" }]);
      const { currentPassword, newPassword, revokeKeys } = parsed.value;
      const wanted = { currentPassword, newPassword, revokesKeys: revokeKeys === "on" };
      const error = await change(viewer, wanted, await headers(), await requestContext());
      if (error !== undefined) {
        // Pressed twice, the first press may have changed it.
        const wrong =
          error === "guessable"
            ? { name: "newPassword", code: error }
            : { name: "currentPassword", code: "not-current" };
        return refuseForm(form, [wrong]);
      }
      return tell(`${PAGE}?done=password`, viewer.id);
    },
    (trouble) => troubled(form, trouble),
  );
}

/** Mails a link to the new address, which makes it the user's. The answer is the same where it is another user's. */
export async function changeAddress(_previous: FormState, form: FormData): Promise<FormState> {
  return formAction(
    "changeAddress",
    async () => {
      const authorization = await authorizeAction("changeAddress", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const { viewer } = authorization;
      const parsed = parseForm(changeAddressForm, form);
      if (!parsed.ok) return parsed.state;
      if (!hasMail()) redirect(PAGE);
      const waitMinutes = await countAttempt({ what: "account-mail", headers: await headers() });
      if (waitMinutes !== undefined || !(await mayTryPassword(viewer.id)))
        return refuseForm(form, [{ name: "currentPassword", code: "limited" }]);
      const error = await askToChangeAddress(viewer, parsed.value, await headers(), await requestContext());
      if (error !== undefined) {
        return refuseForm(form, [{ name: error === "same" ? "email" : "currentPassword", code: error }]);
      }
      return tell(`${PAGE}?done=address`, viewer.id);
    },
    (trouble) => troubled(form, trouble),
  );
}

/** Mails the link that confirms the address that the user has. */
export async function mailConfirmation(form: FormData): Promise<void> {
  const viewer = await requireAction("mailConfirmation", whoOpened(form));
  if (!hasMail()) redirect(PAGE);
  const waitMinutes = await countAttempt({ what: "account-mail", headers: await headers() });
  if (waitMinutes !== undefined) return tell(`${PAGE}?done=later`, viewer.id);
  await askToConfirmAddress(viewer, await headers(), await requestContext());
  return tell(`${PAGE}?done=confirmation`, viewer.id);
}

/** Confirms an address by the token of a link (field `token`). */
export async function confirmAddress(form: FormData): Promise<void> {
  const viewer = await requireAction("confirmAddress", whoOpened(form));
  const token = form.get("token");
  if (typeof token !== "string" || token === "") redirect(PAGE);
  const email = await confirm(viewer, token, await headers(), await requestContext());
  if (email === undefined) return tell(`${PAGE}?done=expired`, viewer.id);
  (await cookies()).set(newDeviceCookie(email));
  return tell(`${PAGE}?done=confirmed`, viewer.id);
}

/** Ends one of the user's sessions (field `id`), at once. */
export async function endSession(form: FormData): Promise<void> {
  const viewer = await requireAction("endSession", whoOpened(form));
  const id = uuid.safeParse(form.get("id"));
  if (id.success) {
    await end(viewer.id, id.data);
    noteChange("session-ended", originOf(await headers()), { userId: viewer.id });
  }
  return tell(`${PAGE}?done=session`, viewer.id);
}

/** Ends all of the user's sessions but the one that asks. */
export async function endOtherSessions(form: FormData): Promise<void> {
  const viewer = await requireAction("endOtherSessions", whoOpened(form));
  const session = await auth().api.getSession({ headers: await headers() });
  if (session) {
    await endSessions(viewer.id, session.session.token);
    noteChange("session-ended", originOf(await headers()), { userId: viewer.id, detail: "all others" });
  }
  return tell(`${PAGE}?done=sessions`, viewer.id);
}
