"use client";

import { zodResolver } from "@hookform/resolvers/zod";
import { useTranslations } from "next-intl";
import { type ReactNode, startTransition, useMemo, useRef, useState } from "react";
import { type FieldErrors, type Resolver, useForm } from "react-hook-form";
import type { z } from "zod";
import { SentLatch } from "@/components/ui/submit";
import type { FormError, FormState } from "@/lib/form/form-state";
import { readFields } from "@/lib/form/read-fields";
import { amountReasonOf } from "./amount-errors";
import { FormContext } from "./form-context";
import { OpenedAs } from "./opened-as";

type Values = Record<string, unknown>;

/**
 * A form that works without JavaScript and is better with it. It is sent as a plain form is: to a path, or to a server action
 * (what `useActionState` returns, or the action itself). Both sides hold the same `schema` against the same fields. Here that
 * happens before it is sent, and again whenever a field is changed that was wrong; on the server always, whose answer comes
 * back as `state` (lib/form/form-state.ts) and is shown in the same places, with what was typed.
 *
 * `errorText` says an error in words, by the field's name and the code that the schema gave as its message. Errors of
 * amounts need none. Put an `ErrorSummary` first, and name fields as the schema does (`items.0.quantity` for nested ones).
 */
export function Form({
  schema,
  state,
  action,
  method = "post",
  errorText,
  id,
  className,
  children,
  "aria-label": ariaLabel,
}: {
  schema: z.ZodType<object>;
  state: FormState;
  action: string | ((form: FormData) => void | Promise<void>);
  method?: "post" | "get";
  errorText: (name: string, code: string) => string;
  /** Where a page has more forms than one: then their fields have ids of their own. */
  id?: string;
  className?: string;
  children: ReactNode;
  "aria-label"?: string;
}) {
  const t = useTranslations("form");
  const element = useRef<HTMLFormElement>(null);
  const isSent = useRef(false);
  const isBack = state.errors.length > 0 || state.trouble !== undefined;
  const wantsFocus = useRef(isBack);
  const { register, formState, handleSubmit } = useForm<Values>({
    resolver: useMemo(() => resolverOf(schema, element), [schema]),
    mode: "onSubmit",
    reValidateMode: "onChange",
    // The summary takes it.
    shouldFocusError: false,
  });
  // What the server said holds until the field is changed, or another answer comes.
  const [edited, setEdited] = useState({ of: state, names: new Set<string>() });
  const [seen, setSeen] = useState(state);
  if (seen !== state) {
    setSeen(state);
    setEdited({ of: state, names: new Set() });
    wantsFocus.current = isBack;
  }
  const found = listErrors(formState.errors);
  const standing = state.errors.filter(
    ({ name }) => !edited.names.has(name) && !found.some((one) => one.name === name),
  );
  const errors = [...found, ...standing].map((error) => {
    const amount = amountReasonOf(error.code);
    const text = amount === undefined ? errorText(error.name, error.code) : t(`amount_${amount}`);
    return { ...error, text };
  });

  return (
    <FormContext
      value={{
        idPrefix: id === undefined ? "" : `${id}-`,
        errors,
        trouble: state.trouble,
        typedIn: (name) => state.values[name],
        register,
        markEdited: (name) =>
          setEdited((before) =>
            before.names.has(name) ? before : { ...before, names: new Set([...before.names, name]) },
          ),
        wantsFocus,
      }}
    >
      <form
        ref={element}
        id={id}
        aria-label={ariaLabel}
        action={action}
        {...(typeof action === "string" ? { method } : {})}
        // The summary and the fields say what is wrong, in the page's language, here as after the server's answer.
        noValidate
        className={className}
        onSubmit={(event) => {
          const form = event.currentTarget;
          const { submitter } = event.nativeEvent as SubmitEvent;
          const sent = new FormData(form, submitter);
          if (!schema.safeParse(readFields(sent)).success) {
            event.preventDefault();
            isSent.current = false;
            wantsFocus.current = true;
            void handleSubmit(() => {})();
          } else if (typeof action === "function") {
            // By ourselves: React would empty the fields after its own call of the action, also of one that refused.
            event.preventDefault();
            startTransition(() => action(sent));
          }
        }}
      >
        {method === "get" ? null : <OpenedAs />}
        <SentLatch value={isSent}>{children}</SentLatch>
      </form>
    </FormContext>
  );
}

/** Reads the form as the server will: react-hook-form knows only fields that are registered with it. */
function resolverOf(
  schema: z.ZodType<object>,
  element: { current: HTMLFormElement | null },
): Resolver<Values> {
  const resolve = zodResolver<Values, unknown, Values>(schema as z.ZodType<Values, Values>);
  return (_values, context, options) =>
    resolve(element.current === null ? {} : readFields(new FormData(element.current)), context, options);
}

/** The errors of react-hook-form, which are nested as fields are, one after another. */
function listErrors(errors: FieldErrors<Values>, prefix = ""): FormError[] {
  return Object.entries(errors).flatMap(([key, error]) => {
    if (error === undefined || error === null || key === "root") return [];
    const name = prefix + key;
    return typeof error.message === "string"
      ? [{ name, code: error.message }]
      : listErrors(error as FieldErrors<Values>, `${name}.`);
  });
}
