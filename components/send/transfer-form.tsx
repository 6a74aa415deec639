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
import { type TransferError, transferForm } from "@/lib/pay/drafts/transfer";
import { NOTE_MAX_LENGTH } from "@/lib/text/optional-note";
import { EarlierRecipients } from "./earlier-recipients";

/** To whom, how much, and a word beside it. It leads to the page that names everything before it is paid. */
export function TransferForm({
  place,
  state,
  patterns,
  defaultCurrency,
  recipients,
}: {
  place: string;
  state: FormState;
  patterns: readonly [MoneyPattern, ...MoneyPattern[]];
  defaultCurrency: string;
  recipients: { name: string; handle: string }[];
}) {
  const t = useTranslations("send");
  const locale = useLocale();
  const schema = useMemo(() => transferForm(locale), [locale]);
  return (
    <Form
      schema={schema}
      state={state}
      action={`${place}/check`}
      errorText={(_name, code) =>
        code === "note"
          ? t("error_note", { length: NOTE_MAX_LENGTH })
          : t(`error_${code as Exclude<TransferError["code"], "note">}`)
      }
      className="grid gap-5"
    >
      <ErrorSummary />
      <div>
        <Field
          name="payee"
          label={t("payee")}
          hint={t("payeeHint")}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
        <EarlierRecipients place={place} recipients={recipients} />
      </div>
      <MoneyInput label={t("amount")} defaultCurrency={defaultCurrency} patterns={patterns} />
      <Field name="note" label={t("note")} hint={t("noteHint")} optional autoComplete="off" />
      <Submit size="large">{t("goOn")}</Submit>
    </Form>
  );
}
