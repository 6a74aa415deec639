import { CircleAlert, CircleCheck, CircleDashed, CircleHelp, Clock } from "lucide-react";
import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import type { RunSummary } from "@/lib/ops/health";

const LOOKS = {
  right: { mark: CircleCheck, text: "text-accent-text" },
  wrong: { mark: CircleAlert, text: "text-alert-text" },
  failed: { mark: CircleHelp, text: "text-wait-text" },
  asked: { mark: Clock, text: "text-soft" },
  running: { mark: CircleDashed, text: "text-ink" },
  interrupted: { mark: CircleDashed, text: "text-wait-text" },
} as const;

/** How a run, or a check of one, ended or how it stands: a mark and a word. */
export function Outcome({ of, className }: { of: RunSummary["state"]; className?: string }) {
  const t = useTranslations("opsReconcile");
  const { mark: Mark, text } = LOOKS[of];
  return (
    <span className={cn("inline-flex items-center gap-1.5 font-semibold", text, className)}>
      <Mark aria-hidden="true" className="size-4 shrink-0" />
      <span>{t(`state_${of}`)}</span>
    </span>
  );
}
