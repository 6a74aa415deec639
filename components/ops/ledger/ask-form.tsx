"use client";

import { useLocale } from "next-intl";
import { useActionState, useMemo, useState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Field } from "@/components/form/field";
import { Form } from "@/components/form/form";
import { MoneyInput } from "@/components/form/money-input";
import { TextArea } from "@/components/form/text-area";
import { Submit } from "@/components/ui/submit";
import { UNSENT } from "@/lib/form/form-state";
import type { MoneyPattern } from "@/lib/money-pattern";
import { adjustmentForm } from "@/lib/ops/adjustment-form";
import { Answer, type OpsFormState } from "../answer";

/** Asks for a correction. It moves nothing. `id`: the request's own, the same at each press, so that two presses ask once. */
export function AskForm({
  ask,
  id,
  patterns,
  typed,
  texts,
}: {
  ask: (previous: OpsFormState, form: FormData) => Promise<OpsFormState>;
  id: string;
  patterns: readonly [MoneyPattern, ...MoneyPattern[]];
  typed: { debit: string; credit: string; currency: string; reason: string };
  texts: Readonly<
    Record<
      "debit" | "debitHint" | "credit" | "creditHint" | "amount" | "reason" | "reasonHint" | "submit",
      string
    >
  > & { errors: Readonly<Record<string, string>> };
}) {
  const locale = useLocale();
  const schema = useMemo(() => adjustmentForm(locale), [locale]);
  const [state, action] = useActionState<OpsFormState, FormData>(ask, UNSENT);
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstId] = useState(id);
  const sentId = state.values.id;
  return (
    <Form
      schema={schema}
      state={state}
      action={action}
      errorText={(_name, code) => texts.errors[code] ?? code}
      className="flex flex-col gap-5"
    >
      {state.answer === undefined ? null : <Answer answer={state.answer} />}
      <ErrorSummary />
      <input type="hidden" name="id" value={typeof sentId === "string" ? sentId : firstId} />
      <Field
        name="debit"
        label={texts.debit}
        hint={texts.debitHint}
        defaultValue={typed.debit}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <Field
        name="credit"
        label={texts.credit}
        hint={texts.creditHint}
        defaultValue={typed.credit}
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
      />
      <MoneyInput label={texts.amount} defaultCurrency={typed.currency} patterns={patterns} />
      <TextArea name="reason" label={texts.reason} hint={texts.reasonHint} defaultValue={typed.reason} />
      <Submit className="self-start">{texts.submit}</Submit>
    </Form>
  );
}
