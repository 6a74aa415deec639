"use client";

import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { type FieldProps, INPUT_LOOK, Labelled, useField } from "./labelled";

/** Several lines of text in a form; it grows with them where the browser can. */
export function TextArea({
  name,
  label,
  hint,
  optional,
  className,
  defaultValue,
  ...rest
}: FieldProps & { defaultValue?: string } & Omit<
    ComponentProps<"textarea">,
    "id" | "name" | "value" | "defaultValue" | "onChange" | "required"
  >) {
  const field = useField({ name, hint, ...(optional && { optional }) });
  return (
    <Labelled label={label} hint={hint} field={field} className={className} {...(optional && { optional })}>
      <textarea
        rows={3}
        {...rest}
        {...field.bound}
        defaultValue={field.typed ?? defaultValue}
        className={cn(INPUT_LOOK, "field-sizing-content h-auto! min-h-24 py-2.5")}
      />
    </Labelled>
  );
}
