"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { changePasswordForm, newPasswordForm } from "@/lib/identity/account";
import { PASSWORD_MIN_LENGTH } from "@/lib/identity/sign-up";
import { useErrorText } from "./error-text";
import { RevokeKeys } from "./revoke-keys";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;

/** A new password by a link that was mailed. */
export function NewPassword({ setNewPassword, token }: { setNewPassword: Action; token: string }) {
  const t = useTranslations("account");
  const errorText = useErrorText();
  const [state, action] = useActionState(setNewPassword, UNSENT);
  return (
    <Form schema={newPasswordForm} state={state} action={action} errorText={errorText} className="grid gap-5">
      <ErrorSummary />
      <input type="hidden" name="token" value={token} />
      <Field
        name="newPassword"
        type="password"
        label={t("newPassword")}
        hint={t("passwordHint", { min: PASSWORD_MIN_LENGTH })}
        autoComplete="new-password"
      />
      <RevokeKeys />
      <Submit>{t("setPassword")}</Submit>
    </Form>
  );
}

/** A new password by whoever is signed in and knows the old one. `email` is for password managers. */
export function ChangePassword({ changePassword, email }: { changePassword: Action; email: string }) {
  const t = useTranslations("account");
  const errorText = useErrorText();
  const [state, action] = useActionState(changePassword, UNSENT);
  return (
    <Form
      id="password"
      schema={changePasswordForm}
      state={state}
      action={action}
      errorText={errorText}
      className="grid gap-5"
    >
      <ErrorSummary />
      {/* Without a name it is not sent. */}
      <input type="email" autoComplete="username" value={email} readOnly hidden />
      <Field
        name="currentPassword"
        type="password"
        label={t("currentPassword")}
        autoComplete="current-password"
      />
      <Field
        name="newPassword"
        type="password"
        label={t("newPassword")}
        hint={t("passwordHint", { min: PASSWORD_MIN_LENGTH })}
        autoComplete="new-password"
      />
      <RevokeKeys />
      <Submit className="sm:justify-self-start">{t("changePassword")}</Submit>
    </Form>
  );
}
