"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { PASSWORD_MIN_LENGTH, signUpForm } from "@/lib/identity/sign-up";

type SignUpState = FormState & { waitMinutes?: number };

/**
 * A new account. `signUp` redirects where everything is right, and names the fields that are not otherwise. The form sends `id`
 * with it, the same at each press, so that two presses are one sign-up.
 */
export function SignUpForm({
  signUp,
  next,
  id,
}: {
  signUp: (previous: SignUpState, formData: FormData) => Promise<SignUpState>;
  next: string;
  id: string;
}) {
  const t = useTranslations("signUp");
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstId] = useState(id);
  const [state, action] = useActionState<SignUpState, FormData>(signUp, UNSENT);
  const errorText = (name: string, code: string) => {
    if (code === "limited") return t("error_limited", { minutes: state.waitMinutes ?? 1 });
    if (code === "guessable") return t("error_password-guessable");
    const key = code === "taken" ? (`${name}-taken` as const) : name;
    return t(`error_${key}` as "error_name", { length: PASSWORD_MIN_LENGTH });
  };
  return (
    <Form
      schema={signUpForm}
      state={state}
      action={action}
      errorText={errorText}
      className="flex flex-col gap-4"
    >
      <input type="hidden" name="next" value={next} />
      <input type="hidden" name="id" value={firstId} />
      <ErrorSummary />
      <Field name="name" label={t("name")} autoComplete="name" />
      <Field name="handle" label={t("handle")} hint={t("handleHint")} autoComplete="username" />
      <Field name="email" label={t("email")} type="email" autoComplete="email" />
      <Field
        name="password"
        type="password"
        label={t("password")}
        autoComplete="new-password"
        hint={t("passwordHint", { length: PASSWORD_MIN_LENGTH })}
      />
      <Submit className="mt-2">{t("submit")}</Submit>
    </Form>
  );
}
