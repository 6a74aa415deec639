"use client";

import { useActionState } from "react";
import { z } from "zod";
import { ErrorSummary } from "@/components/form/error-summary";
import { Form } from "@/components/form/form";
import { TextArea } from "@/components/form/text-area";
import { Submit } from "@/components/ui/submit";
import { UNSENT } from "@/lib/form/form-state";
import { reasonForm } from "@/lib/ops/reason";
import { Answer, type OpsFormState } from "./answer";

const NOTHING = z.object({});

/**
 * One thing that an operator does: a button, and a reason where `reason` names one. `fields` go along as they are. Strings come
 * from the server, so that nobody else downloads the console's words; `errors` by their codes.
 */
export function ActForm({
  act,
  id,
  fields,
  label,
  reason,
  errors = {},
  submit,
  look = "primary",
}: {
  act: (previous: OpsFormState, form: FormData) => Promise<OpsFormState>;
  /** Where a page has more forms than one. */
  id: string;
  fields: Readonly<Record<string, string>>;
  /** The form's name for those who do not see what stands around it. */
  label: string;
  reason?: { label: string; hint: string };
  errors?: Readonly<Record<string, string>>;
  submit: string;
  look?: "primary" | "quiet";
}) {
  const [state, action] = useActionState<OpsFormState, FormData>(act, UNSENT);
  return (
    <Form
      schema={reason === undefined ? NOTHING : reasonForm}
      state={state}
      action={action}
      errorText={(_name, code) => errors[code] ?? code}
      id={id}
      aria-label={label}
      className="flex flex-col gap-4"
    >
      {state.answer === undefined ? null : <Answer answer={state.answer} />}
      <ErrorSummary />
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {reason === undefined ? null : <TextArea name="reason" label={reason.label} hint={reason.hint} />}
      <Submit look={look} className="sm:self-start">
        {submit}
      </Submit>
    </Form>
  );
}
