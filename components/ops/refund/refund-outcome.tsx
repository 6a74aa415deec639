import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { DECLINE_CODES, type DeclineCode } from "@/lib/api/payment";

/** What is said of a refund's decline; any other is named by its own words. */
const EXPLAINED: readonly string[] = [
  "insufficient_funds",
  "refund_exceeds_payment",
  "payee_closed",
] satisfies DeclineCode[];

/** What became of a refund: whether money has moved, and what to do where none has. */
export function RefundOutcome({
  amount,
  left,
  merchant,
  declineCode,
}: {
  amount: string;
  left: string;
  merchant: string;
  declineCode: string | null;
}) {
  const t = useTranslations("opsRefund");
  const tPayment = useTranslations("payment");
  if (declineCode === null)
    return (
      <div role="status" className="rounded-xl border border-line bg-accent-wash p-4 text-accent-text">
        <p className="text-lg font-semibold">{t("done", { amount })}</p>
        <p className="mt-1">{t("doneText", { left })}</p>
      </div>
    );
  const known = DECLINE_CODES.find((code) => code === declineCode) ?? "unknown";
  return (
    <div role="alert" className="rounded-xl border border-alert-line bg-alert-wash p-4 text-alert-text">
      <p className="text-lg font-semibold">{t("declined")}</p>
      <p className="mt-1">{tPayment(`decline_${known}`)}</p>
      {EXPLAINED.includes(known) ? (
        <p className="mt-1">
          {inElements(t.rich(`do_${known as "insufficient_funds"}`, { amount, left, merchant, bdi }))}
        </p>
      ) : null}
    </div>
  );
}
