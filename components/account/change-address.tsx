"use client";

import { useTranslations } from "next-intl";
import { useActionState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { changeAddressForm } from "@/lib/identity/account";
import { useErrorText } from "./error-text";

type Action = (previous: FormState, form: FormData) => Promise<FormState>;

/** Another e-mail address, by whoever knows the password. */
export function ChangeAddress({ changeAddress }: { changeAddress: Action }) {
  const t = useTranslations("account");
  const errorText = useErrorText();
  const [state, action] = useActionState(changeAddress, UNSENT);
  return (
    // Open where it comes back with something wrong, with scripts or without.
    <details open={state.errors.length > 0 || state.trouble !== undefined || undefined}>
      <summary className="min-h-11 cursor-pointer py-2.5 font-medium">{t("changeAddress")}</summary>
      <Form
        id="address"
        schema={changeAddressForm}
        state={state}
        action={action}
        errorText={errorText}
        className="grid gap-5 pt-2"
      >
        <ErrorSummary />
        <Field
          name="email"
          type="email"
          label={t("newAddress")}
          hint={t("newAddressHint")}
          autoComplete="email"
        />
        <Field
          name="currentPassword"
          type="password"
          label={t("currentPassword")}
          autoComplete="current-password"
        />
        <Submit className="sm:justify-self-start">{t("mailNewAddress")}</Submit>
      </Form>
    </details>
  );
}
