"use client";

import { CircleX } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import type { Purpose } from "@/lib/api/payment";
import type { ProblemName } from "@/lib/api/problems";
import type { PayState } from "@/lib/pay/state";

/** A decline: why, and that no money has moved. */
export function DeclineAlert({
  state,
  otherName,
  currency,
  amount,
}: {
  state: PayState;
  otherName: string;
  currency: string;
  amount: string;
}) {
  const t = useTranslations("checkout");
  if (state.name !== "declined") return null;
  const code = state.payment.declineCode ?? "unknown";
  return (
    <Alert title={t("declinedTitle")}>
      <span>{inElements(t.rich(`declined_${code}`, { other: otherName, currency, amount, bdi }))}</span>
      {state.next.step === "failed" ? <span className="mt-1 block">{t("keyFailed")}</span> : null}
    </Alert>
  );
}

/** A refusal of this request. Its key is open: a press elsewhere may be under way with it. */
export function RefusedAlert({
  state,
  kind,
  otherName,
}: {
  state: PayState;
  kind: Purpose["kind"];
  otherName: string;
}) {
  const t = useTranslations("checkout");
  if (state.name !== "ready" || state.notice.kind !== "refused") return null;
  return (
    <Alert title={t(state.notice.reason === "account-frozen" ? "frozenTitle" : "refusedTitle")}>
      <span>{inElements(t.rich(refusalText(kind, state.notice.reason), { other: otherName, bdi }))}</span>
      {/* Of a frozen account, no press is paid, wherever it is. */}
      {state.notice.reason === "account-frozen" ? null : (
        <span className="mt-1 block">{t("noticeMaybe", { act: t(`act_${kind}`) })}</span>
      )}
    </Alert>
  );
}

function refusalText(
  kind: Purpose["kind"],
  reason: ProblemName,
): "refused_amount" | "refused_not_found" | "refused_frozen" | "refused_other" {
  if (reason === "account-frozen") return "refused_frozen";
  if (kind === "order" && reason === "amount-mismatch") return "refused_amount";
  if (kind === "order" && reason === "not-found") return "refused_not_found";
  return "refused_other";
}

/** Bad news in a box: a title that says whether money has moved, and what to do next. */
export function Alert({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div role="alert" className="flex gap-3 rounded-xl border border-alert-line bg-alert-wash p-4">
      <CircleX aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-alert-text" />
      <div>
        <p className="font-semibold text-alert-text">{title}</p>
        <p className="mt-1 text-sm">{children}</p>
      </div>
    </div>
  );
}
