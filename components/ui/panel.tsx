import type { ComponentProps } from "react";
import { cn } from "./cn";

/** A card that holds one thing. */
export function Panel({ className, ...rest }: ComponentProps<"section">) {
  return (
    <section
      className={cn("rounded-2xl border border-line bg-card p-5 shadow-sheet sm:p-7", className)}
      {...rest}
    />
  );
}
