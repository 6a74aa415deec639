"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { newPasswordRequest } from "@/lib/identity/account";
import { useErrorText } from "./error-text";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;

/** Whose password was forgotten. */
export function RequestNewPassword({ requestNewPassword }: { requestNewPassword: Action }) {
  const t = useTranslations("account");
  const errorText = useErrorText();
  const [state, action] = useActionState(requestNewPassword, UNSENT);
  return (
    <Form
      schema={newPasswordRequest}
      state={state}
      action={action}
      errorText={errorText}
      className="grid gap-5"
    >
      <ErrorSummary />
      <Field name="email" type="email" label={t("email")} autoComplete="username" />
      <Submit>{t("resetSend")}</Submit>
    </Form>
  );
}
