"use client";

import { createContext, type RefObject, useContext } from "react";
import type { UseFormRegister } from "react-hook-form";
import type { FormError, FormTrouble } from "@/lib/form/form-state";

/** What the fields of a form share. */
export type FormContextValue = {
  /** Ids of fields begin with it, so that two forms of one page have none in common. */
  idPrefix: string;
  /** What is wrong, as the summary lists it, in words. */
  errors: readonly (FormError & { text: string })[];
  /** Why nothing came of it, where no field is to blame. */
  trouble: FormTrouble | undefined;
  /** What was sent, where the form comes back with errors. */
  typedIn: (name: string) => string | string[] | undefined;
  register: UseFormRegister<Record<string, unknown>>;
  /** A field that is changed no longer has what the server found wrong with it. */
  markEdited: (name: string) => void;
  /** Set while somebody who has just sent the form is to be led to what is wrong. */
  wantsFocus: RefObject<boolean>;
};

export const FormContext = createContext<FormContextValue | undefined>(undefined);

export function useFormContext(): FormContextValue {
  const context = useContext(FormContext);
  if (context === undefined) throw new Error("Bug: a field of components/form stands outside a Form.");
  return context;
}
