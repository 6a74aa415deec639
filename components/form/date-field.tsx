"use client";

import { type FieldProps, INPUT_LOOK, Labelled, useField } from "./labelled";

/**
 * A day (`date`: "2026-03-02") or a moment without its zone (`datetime-local`). The browser's own picker and not a library's:
 * it speaks the reader's language, is the one their telephone has everywhere, works with keyboards and screen readers and
 * without scripts, and where there is none the field takes the same text.
 */
export function DateField({
  name,
  label,
  hint,
  optional,
  className,
  defaultValue,
  type = "date",
  min,
  max,
}: FieldProps & { defaultValue?: string; type?: "date" | "datetime-local"; min?: string; max?: string }) {
  const field = useField({ name, hint, ...(optional && { optional }) });
  return (
    <Labelled label={label} hint={hint} field={field} className={className} {...(optional && { optional })}>
      <input
        type={type}
        {...field.bound}
        defaultValue={field.typed ?? defaultValue}
        min={min}
        max={max}
        className={INPUT_LOOK}
      />
    </Labelled>
  );
}
