"use client";

import { useLocale, useTranslations } from "next-intl";
import { useMemo } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { MoneyInput } from "@/components/form/money-input";
import { Submit } from "@/components/ui/submit";
import type { FormState } from "@/lib/form/form-state";
import type { MoneyPattern } from "@/lib/money-pattern";
import { requestForm } from "@/lib/pay/drafts/request";
import { NOTE_MAX_LENGTH } from "@/lib/text/optional-note";

const ERRORS = { description: true, description_empty: true, "no-account": true } as const;
const isOurs = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

/** For what, and how much. `orderId` stands in the page's address: pressed twice, it is one request. */
export function RequestForm({
  orderId,
  state,
  patterns,
  defaultCurrency,
}: {
  orderId: string;
  state: FormState;
  patterns: readonly [MoneyPattern, ...MoneyPattern[]];
  defaultCurrency: string;
}) {
  const t = useTranslations("request");
  const locale = useLocale();
  const schema = useMemo(() => requestForm(locale), [locale]);
  return (
    <Form
      schema={schema}
      state={state}
      action={`/request/${orderId}/create`}
      errorText={(_name, code) =>
        t(`error_${isOurs(code) ? code : "description"}`, { length: NOTE_MAX_LENGTH })
      }
      className="grid gap-5"
    >
      <ErrorSummary />
      <Field name="description" label={t("description")} hint={t("descriptionHint")} autoComplete="off" />
      <MoneyInput label={t("amount")} defaultCurrency={defaultCurrency} patterns={patterns} />
      <Submit size="large">{t("make")}</Submit>
    </Form>
  );
}
