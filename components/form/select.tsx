"use client";

import { type FieldProps, INPUT_LOOK, Labelled, useField } from "./labelled";

/** One of several. The browser's own: every keyboard, telephone and screen reader knows it. */
export function Select({
  name,
  label,
  hint,
  optional,
  className,
  defaultValue,
  options,
}: FieldProps & {
  defaultValue?: string;
  options: readonly { value: string; label: string }[];
}) {
  const field = useField({ name, hint, ...(optional && { optional }) });
  return (
    <Labelled label={label} hint={hint} field={field} className={className} {...(optional && { optional })}>
      <select {...field.bound} defaultValue={field.typed ?? defaultValue} className={INPUT_LOOK}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labelled>
  );
}
