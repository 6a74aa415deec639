import { cn } from "@/components/ui/cn";

const LOOKS = {
  good: "bg-accent-wash text-accent-text",
  wait: "bg-wait-wash text-wait-text",
  alert: "bg-alert-wash text-alert-text",
  plain: "bg-wash text-soft",
} as const;

/** A state in a word, which its colour only repeats. */
export function Badge({ look, children }: { look: keyof typeof LOOKS; children: string }) {
  return (
    <span
      className={cn("inline-block rounded-md px-2 py-0.5 text-sm font-medium whitespace-nowrap", LOOKS[look])}
    >
      {children}
    </span>
  );
}
