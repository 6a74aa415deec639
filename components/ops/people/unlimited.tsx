"use client";

import { useFormContext } from "@/components/form/form-context";

/** That there is to be no limit, in the place of an amount. */
export function Unlimited({ label }: { label: string }) {
  const { idPrefix, typedIn, register, markEdited } = useFormContext();
  const field = register("unlimited");
  return (
    <label className="-mx-2 flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-2 py-1.5">
      <input
        {...field}
        id={`${idPrefix}unlimited`}
        type="checkbox"
        value="on"
        defaultChecked={typedIn("unlimited") === "on"}
        onChange={(event) => {
          // The amount is not asked for then, and what was wrong with it is over.
          markEdited("amount");
          void field.onChange(event);
        }}
        className="size-5 shrink-0 accent-accent"
      />
      <span>{label}</span>
    </label>
  );
}
