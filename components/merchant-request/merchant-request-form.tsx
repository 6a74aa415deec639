"use client";

import { useTranslations } from "next-intl";
import { useActionState, useState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { TextArea } from "@/components/form/text-area";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import {
  BUSINESS_NAME_MAX_LENGTH,
  merchantRequestForm,
  SELLS_MAX_LENGTH,
} from "@/lib/identity/merchant-request";

/** Asks for a name and what is sold. `intentId` goes along, the same at each press, so that two presses ask once. */
export function MerchantRequestForm({
  askToSell,
  intentId,
  handle,
}: {
  askToSell: (previous: FormState, formData: FormData) => Promise<FormState>;
  intentId: string;
  handle: string;
}) {
  const t = useTranslations("merchantRequest");
  const [state, action] = useActionState<FormState, FormData>(askToSell, UNSENT);
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstIntentId] = useState(intentId);
  const sentIntentId = state.values.intentId;
  const errorText = (name: string, code: string) => {
    if (code === "limited" || code === "handle") return t(`error_${code}`, { handle });
    if (code === "taken") return t("error_businessName-taken");
    return name === "sells"
      ? t("error_sells", { length: SELLS_MAX_LENGTH })
      : t("error_businessName", { length: BUSINESS_NAME_MAX_LENGTH });
  };
  return (
    <Form
      schema={merchantRequestForm}
      state={state}
      action={action}
      errorText={errorText}
      className="flex flex-col gap-4"
    >
      <input
        type="hidden"
        name="intentId"
        value={typeof sentIntentId === "string" ? sentIntentId : firstIntentId}
      />
      <ErrorSummary />
      <Field
        name="businessName"
        label={t("businessName")}
        hint={t("businessNameHint", { handle })}
        autoComplete="organization"
      />
      <TextArea name="sells" label={t("sells")} hint={t("sellsHint")} />
      <Submit className="mt-2 sm:self-start">{t("submit")}</Submit>
    </Form>
  );
}
