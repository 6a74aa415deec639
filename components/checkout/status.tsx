"use client";

import { Check, CircleHelp, Info } from "lucide-react";
import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { Mark } from "@/components/site/mark";
import { cn } from "@/components/ui/cn";
import type { PayState } from "@/lib/pay/state";
import { isolateBidi } from "@/lib/text/bidi-isolate";

/** `quiet` is said and not shown: the button shows it already. `first` is what was known for certain before. */
type Words =
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
export function Status({ state, userName, amount }: { state: PayState; userName: string; amount: string }) {
  const words = useWords(state, userName, amount);
  return (
    // Where there is nothing to see, the region takes back the gap it would leave.
    <div role="status" className={cn((words === undefined || words.tone === "quiet") && "-mb-4")}>
      {words === undefined ? null : words.tone === "quiet" ? (
        <p className="sr-only">{words.text}</p>
      ) : (
        <div
          className={cn(
            "flex gap-3 rounded-xl border p-4",
            words.tone === "wait" && "border-wait-line bg-wait-wash",
            words.tone === "good" && "border-line bg-accent-wash",
            words.tone === "plain" && "border-line bg-wash",
          )}
        >
          {words.icon}
          <div>
            {words.title === undefined ? null : (
              <p className={cn("font-semibold", words.tone === "wait" ? "text-wait-text" : "text-ink")}>
                {words.title}
              </p>
            )}
            {words.first === undefined ? null : <p className="mt-1 text-sm">{words.first}</p>}
            <p className={cn("text-sm", words.title !== undefined && "mt-1")}>{words.text}</p>
          </div>
        </div>
      )}
    </div>
  );
}

function useWords(state: PayState, userName: string, amount: string): Words | undefined {
  const t = useTranslations("checkout");
  // One text without elements in it, like every other text of this region.
  const isolatedName = { name: isolateBidi(userName), bdi: (name: string) => name };
  const iconClass = "mt-0.5 size-5 shrink-0";
  const info = <Info aria-hidden="true" className={cn(iconClass, "text-soft")} />;
  const turning = <Mark motion="turn" className={cn(iconClass, "text-wait-text")} />;
  const question = <CircleHelp aria-hidden="true" className={cn(iconClass, "text-wait-text")} />;

  const ofLastKey = {
    start: undefined,
    void: t("noticeVoid"),
    cancelled: t("noticeCancelled"),
  };

  switch (state.name) {
    case "opening":
      if (state.because === "void") return { tone: "plain", icon: info, text: ofLastKey.void };
      if (state.because === "cancelled") return { tone: "good", icon: info, text: ofLastKey.cancelled };
      return { tone: "quiet", text: t("opening") };
    case "ready":
      switch (state.notice.kind) {
        case "void":
          return { tone: "plain", icon: info, text: ofLastKey.void };
        case "cancelled":
          return { tone: "good", icon: info, text: ofLastKey.cancelled };
        case "maybe-under-way":
          return { tone: "plain", icon: info, text: t("noticeMaybe") };
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
          return { tone: "wait", icon: turning, title: t("checkingTitle"), text: t("checking") };
        case "asking":
          return { tone: "wait", icon: question, title: t("askTitle"), text: t("ask") };
        case "unreachable":
          return { tone: "wait", icon: question, title: t("askTitle"), text: t("askUnreached") };
        case "revoking":
          return { tone: "wait", icon: turning, title: t("revokingTitle"), text: t("revoking") };
        default:
          return state.stage satisfies never;
      }
    case "paid":
      return {
        tone: "good",
        icon: <Check aria-hidden="true" className={cn(iconClass, "text-accent-text")} />,
        title: t("paid", { amount }),
        text: t("paidText"),
      };
    case "declined":
      return undefined;
    case "unavailable":
      return {
        tone: "wait",
        icon: question,
        title: t("unavailableTitle"),
        first: ofLastKey[state.because],
        text: t("unavailable"),
      };
    case "signed-out":
      return {
        tone: "wait",
        icon: question,
        title: t("signedOutTitle"),
        first: ofLastKey[state.because],
        text:
          state.press === undefined
            ? t.markup("signedOut", isolatedName)
            : t.markup("signedOutChecking", isolatedName),
      };
    case "later":
      return {
        tone: "wait",
        icon: turning,
        title: t("laterTitle"),
        first: ofLastKey[state.because],
        text: state.press === undefined ? t("later") : t("laterChecking"),
      };
    default:
      return state satisfies never;
  }
}
