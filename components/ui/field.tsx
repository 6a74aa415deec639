import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A labelled text field. The label is tied to the input by `id`. */
export function Field({
  id,
  label,
  className,
  ...rest
}: ComponentProps<"input"> & { id: string; label: string }) {
  return (
    <div className={cn("flex flex-col gap-1.5", className)}>
      <label htmlFor={id} className="text-sm font-medium text-soft">
        {label}
      </label>
      <input
        id={id}
        className="h-12 w-full rounded-xl border border-line-strong bg-field px-3.5 text-base text-ink placeholder:text-faint"
        {...rest}
      />
    </div>
  );
}
