import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A labelled text field, with a hint below where there is one. Label and hint are tied to the input by `id`. */
export function Field({
  id,
  label,
  hint,
  className,
  ...rest
}: ComponentProps<"input"> & { id: string; label: string; hint?: string | undefined }) {
  const hintId = `${id}-hint`;
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium text-soft">
        {label}
      </label>
      <input
        id={id}
        aria-describedby={hint === undefined ? undefined : hintId}
        className="h-12 w-full rounded-xl border border-line-strong bg-field px-3.5 text-base text-ink placeholder:text-faint"
        {...rest}
      />
      {hint === undefined ? null : (
        <p id={hintId} className="text-sm text-soft">
          {hint}
        </p>
      )}
    </div>
  );
}
