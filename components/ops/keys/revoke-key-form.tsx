"use client";

import { useActionState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Form } from "@/components/form/form";
import { TextArea } from "@/components/form/text-area";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { revokeKeyForm } from "@/lib/ops/revoke-key-form";

/** Revokes somebody's key, with a reason. The words come from the server: nobody else downloads the console's. */
export function RevokeKeyForm({
  revoke,
  userId,
  keyText,
  words,
}: {
  revoke: (previous: FormState, form: FormData) => Promise<FormState>;
  userId: string;
  keyText: string;
  words: {
    label: string;
    reason: string;
    reasonHint: string;
    submit: string;
    errors: Readonly<Record<string, string>>;
  };
}) {
  const [state, action] = useActionState<FormState, FormData>(revoke, UNSENT);
  return (
    <Form
      schema={revokeKeyForm}
      state={state}
      action={action}
      errorText={(name, code) => words.errors[code] ?? words.errors[name] ?? code}
      aria-label={words.label}
      className="flex flex-col gap-4"
    >
      <ErrorSummary />
      <input type="hidden" name="userId" value={userId} />
      <input type="hidden" name="key" value={keyText} />
      <TextArea name="reason" label={words.reason} hint={words.reasonHint} rows={2} />
      <Submit look="quiet" className="sm:self-start">
        {words.submit}
      </Submit>
    </Form>
  );
}
