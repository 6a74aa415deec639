"use client";

import { useLocale, useTranslations } from "next-intl";
import { useMemo } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { MoneyInput } from "@/components/form/money-input";
import { Button } from "@/components/ui/button";
import type { FormState } from "@/lib/form/form-state";
import { type MoneyPattern, writeFigures } from "@/lib/money-pattern";
import { type RefundFormError, refundForm } from "@/lib/orders/refund-form";

/**
 * How much is paid back, and why. It moves nothing: sent by GET, it leads to the same page, which shows it once more with the
 * button that does.
 */
export function RefundForm({
  path,
  leftMinor,
  left,
  pattern,
  state,
}: {
  path: string;
  leftMinor: string;
  /** The same for people, written on the server. */
  left: string;
  pattern: MoneyPattern;
  state: FormState;
}) {
  const t = useTranslations("refund");
  const locale = useLocale();
  const schema = useMemo(
    () => refundForm(pattern.currency, leftMinor, locale),
    [pattern.currency, leftMinor, locale],
  );
  return (
    <Form
      schema={schema}
      state={state}
      action={path}
      method="get"
      errorText={(_name, code) => t(`error_${code as RefundFormError}`, { left })}
      className="flex flex-col gap-5"
    >
      <ErrorSummary />
      <MoneyInput
        label={t("amount")}
        hint={t("amountHint", { left })}
        defaultValue={writeFigures(leftMinor, pattern)}
        patterns={[pattern]}
      />
      <Field name="reason" label={t("reason")} hint={t("reasonHint")} optional autoComplete="off" />
      <Button type="submit" className="self-start">
        {t("review")}
      </Button>
    </Form>
  );
}
