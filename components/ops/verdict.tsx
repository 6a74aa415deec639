import { Check, Clock, X } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "@/components/ui/cn";

const LOOKS = {
  good: { mark: Check, look: "border-accent bg-accent-wash text-accent-text" },
  alert: { mark: X, look: "border-alert-line bg-alert-wash text-alert-text" },
  wait: { mark: Clock, look: "border-wait-line bg-wait-wash text-wait-text" },
};

/** The answer, before everything else: one sentence, and what follows from it. */
export function Verdict({
  tone,
  sentence,
  children,
}: {
  tone: keyof typeof LOOKS;
  sentence: string;
  children?: ReactNode;
}) {
  const { mark: Mark, look } = LOOKS[tone];
  return (
    <div className={cn("mb-6 flex gap-3 rounded-2xl border p-4 sm:p-5", look)}>
      <Mark aria-hidden="true" strokeWidth={3} className="mt-0.5 size-6 shrink-0" />
      <div className="min-w-0">
        <p className="text-lg font-bold wrap-anywhere">{sentence}</p>
        {children}
      </div>
    </div>
  );
}
