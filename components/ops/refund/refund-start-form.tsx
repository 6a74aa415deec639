"use client";

import { useLocale } from "next-intl";
import { useActionState, useMemo, useState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Form } from "@/components/form/form";
import { MoneyInput } from "@/components/form/money-input";
import { TextArea } from "@/components/form/text-area";
import { Submit } from "@/components/ui/submit";
import { UNSENT } from "@/lib/form/form-state";
import { type MoneyPattern, writeFigures } from "@/lib/money-pattern";
import { operatorRefundForm } from "@/lib/ops/refund-form";
import { Answer, type OpsFormState } from "../answer";

/**
 * How much is refunded for a merchant, and why. It moves nothing: it leads to a page that shows it once more, under the key that
 * is the refund's. `intentId`: the same at each press, so that two presses begin one refund.
 */
export function RefundStartForm({
  begin,
  paymentId,
  intentId,
  leftMinor,
  pattern,
  typed,
  texts,
}: {
  begin: (previous: OpsFormState, form: FormData) => Promise<OpsFormState>;
  paymentId: string;
  intentId: string;
  leftMinor: string;
  pattern: MoneyPattern;
  /** What stands in it at first, where the way led back here. */
  typed: { amountMinor: string; reason: string };
  texts: Readonly<Record<"amount" | "amountHint" | "reason" | "reasonHint" | "review", string>> & {
    errors: Readonly<Record<string, string>>;
  };
}) {
  const locale = useLocale();
  const schema = useMemo(
    () => operatorRefundForm(pattern.currency, leftMinor, locale),
    [pattern.currency, leftMinor, locale],
  );
  const [state, action] = useActionState<OpsFormState, FormData>(begin, UNSENT);
  // The one that the form was opened with: whenever the page is read again, the server offers another.
  const [firstIntentId] = useState(intentId);
  const sentIntentId = state.values.intentId;
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
      <input type="hidden" name="paymentId" value={paymentId} />
      <input
        type="hidden"
        name="intentId"
        value={typeof sentIntentId === "string" ? sentIntentId : firstIntentId}
      />
      <MoneyInput
        label={texts.amount}
        hint={texts.amountHint}
        defaultValue={writeFigures(typed.amountMinor, pattern)}
        patterns={[pattern]}
      />
      <TextArea
        name="reason"
        label={texts.reason}
        hint={texts.reasonHint}
        defaultValue={typed.reason}
        autoComplete="off"
      />
      <Submit className="self-start">{texts.review}</Submit>
    </Form>
  );
}
