import { Slot } from "@radix-ui/react-slot";
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const button = cva(
  "inline-flex cursor-pointer items-center justify-center gap-2 rounded-xl font-semibold motion-safe:transition-colors disabled:cursor-not-allowed aria-disabled:cursor-not-allowed",
  {
    variants: {
      look: {
        primary:
          "bg-accent text-on-accent hover:bg-accent-strong active:bg-accent-strong disabled:bg-accent-muted disabled:text-on-accent-muted aria-disabled:bg-accent-muted aria-disabled:text-on-accent-muted",
        quiet: "border border-line-strong bg-card text-ink hover:bg-wash disabled:text-faint",
        text: "text-accent-text underline-offset-4 hover:underline",
      },
      size: {
        small: "h-11 px-3.5 text-sm whitespace-nowrap",
        medium: "h-12 px-5 text-base whitespace-nowrap",
        // Grows by lines: the largest amounts are wider than a telephone.
        large: "min-h-14 w-full px-6 py-2 text-lg whitespace-normal",
      },
    },
    defaultVariants: { look: "primary", size: "medium" },
  },
);

type ButtonProps = ComponentProps<"button"> & VariantProps<typeof button> & { asChild?: boolean };

/** A button, or with `asChild` the look of one on a link. */
export function Button({ className, look, size, asChild = false, type = "button", ...rest }: ButtonProps) {
  if (asChild) return <Slot className={cn(button({ look, size }), className)} {...rest} />;
  return <button type={type} className={cn(button({ look, size }), className)} {...rest} />;
}
