"use client";

import { useTranslations } from "next-intl";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { Submit } from "@/components/ui/submit";
import { keyForm } from "@/lib/activity/find-key";
import type { FormState } from "@/lib/form/form-state";

/** Asks for a key: a form that puts it into the address, so that what is said of it can be looked at again. */
export function KeyForm({ state }: { state: FormState }) {
  const t = useTranslations("where");
  return (
    <Form
      schema={keyForm}
      state={state}
      action="/where"
      method="get"
      errorText={(_name, code) => t(code === "several" ? "several" : "malformed")}
      className="grid gap-3"
    >
      <ErrorSummary />
      <Field
        name="key"
        label={t("key")}
        hint={t("keyHint")}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        inputClassName="font-mono text-sm!"
      />
      <Submit className="justify-self-start">{t("look")}</Submit>
    </Form>
  );
}
