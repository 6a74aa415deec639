"use client";

import { useLocale, useTranslations } from "next-intl";
import { useMemo } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Form } from "@/components/form/form";
import { MoneyInput } from "@/components/form/money-input";
import { Submit } from "@/components/ui/submit";
import type { FormState } from "@/lib/form/form-state";
import type { MoneyPattern } from "@/lib/money-pattern";
import { topUpForm } from "@/lib/pay/drafts/top-up";

/** How much play money to pay in, and to which account. */
export function TopUpForm({
  place,
  state,
  patterns,
  defaultCurrency,
}: {
  place: string;
  state: FormState;
  patterns: readonly [MoneyPattern, ...MoneyPattern[]];
  defaultCurrency: string;
}) {
  const t = useTranslations("topUp");
  const locale = useLocale();
  const schema = useMemo(() => topUpForm(locale), [locale]);
  return (
    <Form
      schema={schema}
      state={state}
      action={`${place}/check`}
      errorText={() => t("error_no-account")}
      className="grid gap-5"
    >
      <ErrorSummary />
      <MoneyInput label={t("amount")} defaultCurrency={defaultCurrency} patterns={patterns} />
      <Submit size="large">{t("goOn")}</Submit>
    </Form>
  );
}
