import { useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { DECLINE_CODES } from "@/lib/api/payment";

type State = "pending" | "done" | "declined" | "refused" | "withdrawn";

const LOOKS: Record<State, string> = {
  pending: "border-wait-line bg-wait-wash text-wait-text",
  done: "border-line bg-accent-wash text-accent-text",
  declined: "border-alert-line bg-alert-wash text-alert-text",
  refused: "border-line bg-wash text-ink",
  withdrawn: "border-line bg-wash text-ink",
};

/** What became of a request, and whether money has moved. */
export function AdjustmentStateBox({ state, declineCode }: { state: State; declineCode: string | null }) {
  const t = useTranslations("opsLedger");
  const tPayment = useTranslations("payment");
  const known = DECLINE_CODES.find((code) => code === declineCode) ?? "unknown";
  return (
    <div
      role={state === "declined" ? "alert" : "status"}
      className={cn("rounded-xl border p-4", LOOKS[state])}
    >
      <p className="text-lg font-semibold">{t(`adjustment_${state}`)}</p>
      <p className="mt-1">{t(`adjustmentText_${state}`)}</p>
      {state === "declined" ? <p className="mt-1">{tPayment(`decline_${known}`)}</p> : null}
    </div>
  );
}
