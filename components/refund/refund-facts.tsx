import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";

/** What is paid back, of what and to whom, before the button that does it. Amounts and times come written. */
export function RefundFacts({
  payer,
  description,
  paid,
  when,
  left,
  reason,
}: {
  payer: { name: string; handle: string };
  description: string | undefined;
  paid: string;
  when: string;
  left: string;
  reason?: string | undefined;
}) {
  const t = useTranslations("refund");
  const facts: [string, ReactNode][] = [
    [t("to"), inElements(t.rich("person", { ...payer, bdi }))],
    ...(description === undefined
      ? []
      : [[t("for"), <bdi key="for">{description}</bdi>] as [string, ReactNode]]),
    [t("paid"), paid],
    [t("when"), when],
    [t("left"), left],
    ...(reason === undefined ? [] : [[t("reason"), <bdi key="why">{reason}</bdi>] as [string, ReactNode]]),
  ];
  return (
    <dl className="grid grid-cols-1 gap-x-6 gap-y-2 sm:grid-cols-[auto_minmax(0,1fr)]">
      {facts.map(([name, value]) => (
        <div key={name} className="contents">
          <dt className="text-sm text-soft sm:py-0.5">{name}</dt>
          <dd className="-mt-2 min-w-0 wrap-anywhere sm:mt-0">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
