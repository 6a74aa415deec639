import type { ComponentProps } from "react";

/** A box to tick, with its label beside it, and the word that programs use for it. The whole line is the target. */
export function Check({ label, code, ...rest }: ComponentProps<"input"> & { label: string; code: string }) {
  return (
    <label className="-mx-2 flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-2 py-1.5 hover:bg-wash">
      <input type="checkbox" className="size-5 shrink-0 accent-accent" {...rest} />
      <span className="flex min-w-0 flex-1 flex-wrap items-baseline justify-between gap-x-3">
        <span>{label}</span>
        <code className="font-mono text-xs text-soft">{code}</code>
      </span>
    </label>
  );
}
