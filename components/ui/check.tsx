import type { ComponentProps } from "react";

/** A box to tick, with its label beside it. The whole line is the target. */
export function Check({ label, ...rest }: ComponentProps<"input"> & { label: string }) {
  return (
    <label className="-mx-2 flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-2 py-1.5 hover:bg-wash">
      <input type="checkbox" className="size-5 shrink-0 accent-accent" {...rest} />
      <span>{label}</span>
    </label>
  );
}
