"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { confirmSignUpForm } from "@/lib/identity/account";
import { useErrorText } from "./error-text";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;

/** The password of a sign-up once more, which makes its account. */
export function ConfirmSignUp({ confirmSignUp, token }: { confirmSignUp: Action; token: string }) {
  const t = useTranslations("signUp");
  const errorText = useErrorText();
  const [state, action] = useActionState(confirmSignUp, UNSENT);
  return (
    <Form
      schema={confirmSignUpForm}
      state={state}
      action={action}
      errorText={errorText}
      className="grid gap-5"
    >
      <ErrorSummary />
      <input type="hidden" name="token" value={token} />
      <Field
        name="password"
        type="password"
        label={t("confirmPassword")}
        hint={t("confirmPasswordHint")}
        autoComplete="current-password"
      />
      <Submit>{t("confirm")}</Submit>
    </Form>
  );
}
