"use client";

import type { ComponentProps } from "react";
import { cn } from "@/components/ui/cn";
import { type FieldProps, INPUT_LOOK, Labelled, useField } from "./labelled";

/** A line of text in a form. `defaultValue` is what it shows before anybody has sent the form. */
export function Field({
  name,
  label,
  hint,
  optional,
  className,
  defaultValue,
  inputClassName,
  ...rest
}: FieldProps & { inputClassName?: string; defaultValue?: string } & Omit<
    ComponentProps<"input">,
    "id" | "name" | "value" | "defaultValue" | "onChange" | "required"
  >) {
  const field = useField({ name, hint, ...(optional && { optional }) });
  return (
    <Labelled label={label} hint={hint} field={field} className={className} {...(optional && { optional })}>
      <input
        type="text"
        {...rest}
        {...field.bound}
        defaultValue={rest.type === "password" ? undefined : (field.typed ?? defaultValue)}
        className={cn(INPUT_LOOK, inputClassName)}
      />
    </Labelled>
  );
}
