"use client";

import { useTranslations } from "next-intl";
import type { ChangeEvent, FocusEvent, ReactElement, RefCallback } from "react";
import { cn } from "@/components/ui/cn";
import { useFormContext } from "./form-context";

/** What every field is given: its `name` is that of the schema. */
export type FieldProps = {
  name: string;
  label: string;
  hint?: string | undefined;
  /** Says so beside the label. All others have to be filled in. */
  optional?: boolean;
  className?: string | undefined;
};

/** The look of whatever somebody types into. */
export const INPUT_LOOK =
  "h-12 w-full rounded-xl border border-line-strong bg-field px-3.5 text-base text-ink placeholder:text-faint aria-invalid:border-alert-text aria-invalid:border-2";

type Bound = {
  id: string;
  name: string;
  ref: RefCallback<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>;
  onChange: (event: ChangeEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) => void;
  onBlur: (event: FocusEvent<HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement>) => void;
  "aria-invalid": true | undefined;
  "aria-required": boolean;
  "aria-describedby": string | undefined;
};

/** Ties a control to its form: what to spread on it, what was typed before, and what is wrong with it. */
export function useField(
  { name, hint, optional }: Pick<FieldProps, "name" | "hint" | "optional">,
  alsoDescribedBy?: string,
): { bound: Bound; typed: string | undefined; error: string | undefined; hintId: string; errorId: string } {
  const { idPrefix, errors, register, typedIn, markEdited } = useFormContext();
  const id = `${idPrefix}${name}`;
  const hintId = `${id}-hint`;
  const errorId = `${id}-error`;
  const error = errors.find((one) => one.name === name)?.text;
  const typed = typedIn(name);
  const registered = register(name);
  const described = [error && errorId, hint && hintId, alsoDescribedBy].filter(Boolean).join(" ");
  return {
    bound: {
      id,
      name,
      ref: registered.ref,
      onBlur: (event) => void registered.onBlur(event),
      onChange: (event) => {
        markEdited(name);
        void registered.onChange(event);
      },
      "aria-invalid": error === undefined ? undefined : true,
      "aria-required": optional !== true,
      "aria-describedby": described === "" ? undefined : described,
    },
    typed: Array.isArray(typed) ? typed[0] : typed,
    error,
    hintId,
    errorId,
  };
}

/** A control below its label and hint, with what is wrong beside it. */
export function Labelled({
  label,
  hint,
  optional,
  className,
  field,
  children,
}: Omit<FieldProps, "name"> & { field: ReturnType<typeof useField>; children: ReactElement }) {
  const t = useTranslations("form");
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={field.bound.id} className="text-sm font-medium text-soft">
        {optional === true ? t("optional", { label }) : label}
      </label>
      {hint === undefined ? null : (
        <p id={field.hintId} className="-mt-1 text-sm text-soft">
          {hint}
        </p>
      )}
      {field.error === undefined ? null : (
        <p id={field.errorId} className="text-sm font-medium text-alert-text">
          {field.error}
        </p>
      )}
      {children}
    </div>
  );
}
