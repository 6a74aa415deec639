"use client";

import { Check, CircleHelp, Info } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { Mark } from "@/components/site/mark";
import { cn } from "@/components/ui/cn";
import type { Purpose } from "@/lib/api/payment";
import type { PayState } from "@/lib/pay/state";
import { isolateBidi } from "@/lib/text/bidi-isolate";
import { Elapsed } from "./elapsed";

/** `quiet` is said and not shown: the button shows it already. `first` is what was known for certain before. */
type StatusText =
  | { tone: "quiet"; text: string }
  | {
      tone: "plain" | "wait" | "good";
      icon: ReactElement;
      title?: string;
      first?: string | undefined;
      text: string;
    };

/**
 * What is being done about the payment, and whether money has moved. One live region that is always there, so that
 * each change is read out.
 */
export function Status({
  state,
  kind,
  userName,
  amount,
}: {
  state: PayState;
  kind: Purpose["kind"];
  userName: string;
  amount: string;
}) {
  const status = useStatusText(state, kind, userName, amount);
  const shown = status === undefined || status.tone === "quiet" ? undefined : status;
  return (
    <div
      className={cn(
        // Where there is nothing to see, the region takes back the gap it would leave.
        shown === undefined ? "-mb-4" : "flex gap-3 rounded-xl border p-4",
        shown?.tone === "wait" && "border-wait-line bg-wait-wash",
        shown?.tone === "good" && "border-line bg-accent-wash",
        shown?.tone === "plain" && "border-line bg-wash",
      )}
    >
      {shown === undefined ? null : shown.icon}
      <div>
        <div role="status">
          {shown?.title === undefined ? null : (
            <p className={cn("font-semibold", shown.tone === "wait" ? "text-wait-text" : "text-ink")}>
              {shown.title}
            </p>
          )}
          {shown?.first === undefined ? null : <p className="mt-1 text-sm">{shown.first}</p>}
          {status === undefined ? null : (
            <p
              className={shown === undefined ? "sr-only" : cn("text-sm", shown.title !== undefined && "mt-1")}
            >
              {status.text}
            </p>
          )}
        </div>
        {/* Beside the region: what changes each second would be read out each second. */}
        {state.name === "checking" ? <Elapsed sinceMs={state.press.pressedAtMs} /> : null}
      </div>
    </div>
  );
}

function useStatusText(
  state: PayState,
  kind: Purpose["kind"],
  userName: string,
  amount: string,
): StatusText | undefined {
  const t = useTranslations("checkout");
  /** What the button is called that was pressed. */
  const act = t(`act_${kind}`);
  // One text without elements in it, like every other text of this region.
  const isolatedName = { act, name: isolateBidi(userName), bdi: (name: string) => name };
  const iconClass = "mt-0.5 size-5! shrink-0";
  const info = <Info aria-hidden="true" className={cn(iconClass, "text-soft")} />;
  const spinner = <Mark motion="turn" className={cn(iconClass, "text-wait-text")} />;
  const question = <CircleHelp aria-hidden="true" className={cn(iconClass, "text-wait-text")} />;

  const ofLastKey = {
    start: undefined,
    void: t("noticeVoid"),
    cancelled: t("noticeCancelled"),
  };

  switch (state.name) {
    case "opening":
      if (state.openingReason === "void") return { tone: "plain", icon: info, text: ofLastKey.void };
      if (state.openingReason === "cancelled") return { tone: "good", icon: info, text: ofLastKey.cancelled };
      return { tone: "quiet", text: t("opening") };
    case "ready":
      switch (state.notice.kind) {
        case "void":
          return { tone: "plain", icon: info, text: ofLastKey.void };
        case "cancelled":
          return { tone: "good", icon: info, text: ofLastKey.cancelled };
        case "maybe-under-way":
          return { tone: "plain", icon: info, text: t("noticeMaybe", { act }) };
        case "refused":
        case "none":
          return undefined;
        default:
          return state.notice satisfies never;
      }
    case "paying":
      return { tone: "quiet", text: t("paying") };
    case "checking":
      switch (state.stage) {
        case "polling":
          return { tone: "wait", icon: spinner, title: t("checkingTitle"), text: t("checking") };
        case "asking":
          return { tone: "wait", icon: question, title: t("askTitle"), text: t("ask", { act }) };
        case "unreachable":
          return { tone: "wait", icon: question, title: t("askTitle"), text: t("askUnreached", { act }) };
        case "revoking":
          return { tone: "wait", icon: spinner, title: t("revokingTitle"), text: t("revoking") };
        default:
          return state.stage satisfies never;
      }
    case "paid":
      return {
        tone: "good",
        icon: <Check aria-hidden="true" className={cn(iconClass, "text-accent-text")} />,
        title: t(`paid_${kind}`, { amount }),
        text: t("paidText"),
      };
    case "declined":
      return undefined;
    case "unavailable":
      return {
        tone: "wait",
        icon: question,
        title: t("unavailableTitle"),
        first: ofLastKey[state.openingReason],
        text: t("unavailable", { act }),
      };
    case "signed-out":
      return {
        tone: "wait",
        icon: question,
        title: t("signedOutTitle"),
        first: ofLastKey[state.openingReason],
        text:
          state.press === undefined
            ? t.markup("signedOut", isolatedName)
            : t.markup("signedOutChecking", isolatedName),
      };
    case "later":
      return {
        tone: "wait",
        icon: spinner,
        title: t("laterTitle"),
        first: ofLastKey[state.openingReason],
        text: state.press === undefined ? t("later") : t("laterChecking"),
      };
    default:
      return state satisfies never;
  }
}
