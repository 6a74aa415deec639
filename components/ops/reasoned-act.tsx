"use client";

import { type ReactElement, useActionState } from "react";
import { ErrorSummary } from "@/components/form/error-summary";
import { Form } from "@/components/form/form";
import { TextArea } from "@/components/form/text-area";
import { Submit } from "@/components/ui/submit";
import { type FormState, UNSENT } from "@/lib/form/form-state";
import { ACT_FORMS, type Act, type ActWords } from "@/lib/ops/acts";

/**
 * Something that an operator does: what it is, and once opened what will happen, why, and the button. Opens and is sent without
 * JavaScript too. `fields` go along unseen; `children` are fields that are seen, of components/form.
 */
export function ReasonedAct({
  id,
  act,
  action,
  fields,
  what,
  label,
  text,
  forCertain,
  words,
  isDangerous = true,
  children,
}: {
  /** Its own on the page. */
  id: string;
  act: Act;
  action: (previous: FormState, form: FormData) => Promise<FormState>;
  fields: Readonly<Record<string, string>>;
  what: string;
  /** Instead of `what`, to whoever hears it: which of several. */
  label?: string;
  /** What will happen. */
  text: string;
  forCertain: string;
  words: ActWords;
  isDangerous?: boolean;
  children?: ReactElement | ReactElement[];
}) {
  const [state, send] = useActionState<FormState, FormData>(action, UNSENT);
  const isBack = state.errors.length > 0 || state.trouble !== undefined;
  return (
    <details className="group" open={isBack || undefined}>
      <summary
        aria-label={label}
        className={`-mx-2 inline-flex min-h-11 cursor-pointer items-center rounded-xl px-2 text-sm font-semibold underline-offset-4 hover:underline ${isDangerous ? "text-alert-text" : "text-accent-text"}`}
      >
        {what}
      </summary>
      <Form
        id={id}
        aria-label={label ?? what}
        schema={ACT_FORMS[act]}
        state={state}
        action={send}
        errorText={(name, code) => words.errors[code] ?? words.errors[name] ?? code}
        className="mt-1 mb-3 flex flex-col gap-4 rounded-xl border border-line-strong bg-wash p-4"
      >
        {Object.entries(fields).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <ErrorSummary />
        <p className="max-w-prose text-sm wrap-anywhere">{text}</p>
        {children}
        <TextArea name="reason" label={words.reason} hint={words.reasonHint} rows={2} />
        <Submit look={isDangerous ? "quiet" : "primary"} size="small" className="sm:self-start">
          {forCertain}
        </Submit>
      </Form>
    </details>
  );
}
