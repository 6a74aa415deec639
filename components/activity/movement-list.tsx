import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { cn } from "@/components/ui/cn";
import { inElements } from "@/components/ui/in-elements";
import type { Movement } from "@/lib/activity/movement";
import { formatMoney } from "@/lib/money";

/** What each kind is called, by which way the money goes. A request between people is no trade. */
const KINDS = {
  order: { in: "kind_sale", out: "kind_order" },
  request: { in: "kind_requestPaid", out: "kind_request" },
  transfer: { in: "kind_received", out: "kind_sent" },
  refund: { in: "kind_refundReceived", out: "kind_refundMade" },
  "top-up": { in: "kind_topUp", out: "kind_topUp" },
  funding: { in: "kind_fundedIn", out: "kind_fundedOut" },
  adjustment: { in: "kind_adjustedIn", out: "kind_adjustedOut" },
} as const;

/** The kind of a movement in words, a refund's with what is paid back; one that only a newer build knows goes by its own name. */
function Kind({ movement: { kind, isRequest, direction, description } }: { movement: Movement }) {
  const t = useTranslations("activity");
  if (kind === "refund" && description !== null)
    return <span>{inElements(t.rich("refundOf", { what: description, bdi }))}</span>;
  const named = isRequest ? "request" : kind;
  return <span>{Object.hasOwn(KINDS, named) ? t(KINDS[named as keyof typeof KINDS][direction]) : kind}</span>;
}

/**
 * What moved, as rows that lead to their receipts: who, what for, when, how much, and what the account held then. A declined
 * try says that no money moved, and why.
 */
export function MovementList({ movements }: { movements: readonly Movement[] }) {
  return (
    <ul className="@container divide-y divide-line">
      {movements.map((movement) => (
        // A payment between two accounts of one person would stand here once for each.
        <li key={`${movement.id} ${movement.accountId}`}>
          <Link
            href={`/payments/${movement.id}`}
            prefetch={false}
            className="-mx-2 flex min-h-16 items-center gap-3 rounded-xl px-2 py-2.5 hover:bg-wash"
          >
            {/* An amount that leaves too little room stands below, whole: no number is broken over two lines. */}
            <span className="flex min-w-0 flex-1 flex-wrap items-start gap-x-3">
              <span className="min-w-0 flex-1 basis-28">
                <Party movement={movement} />
                <WhatFor movement={movement} />
                <State movement={movement} />
              </span>
              <Amount movement={movement} />
            </span>
            <ChevronRight aria-hidden="true" className="hidden size-5 shrink-0 text-faint @sm:block" />
          </Link>
        </li>
      ))}
    </ul>
  );
}

function Party({ movement: { party, direction } }: { movement: Movement }) {
  const t = useTranslations();
  const name = party?.name ?? t("site.name");
  return (
    <span className="flex min-w-0 flex-wrap items-baseline gap-x-2">
      <span className="max-w-full truncate font-medium">
        {inElements(
          direction === "out"
            ? t.rich("activity.toName", { name, bdi })
            : t.rich("activity.fromName", { name, bdi }),
        )}
      </span>
      {party === null ? null : (
        <span className="max-w-full truncate text-sm text-soft">
          <bdi>{`@${party.handle}`}</bdi>
        </span>
      )}
    </span>
  );
}

function WhatFor({ movement }: { movement: Movement }) {
  const when = useWhen();
  const { kind, description, note } = movement;
  const words = kind === "refund" ? note : (description ?? note);
  const at = movement.at.toISOString();
  return (
    <span className="flex flex-col text-sm text-soft @lg:flex-row">
      <span className="line-clamp-2 min-w-0 wrap-anywhere">
        <Kind movement={movement} />
        {words === null ? null : (
          <>
            <span aria-hidden="true">{" · "}</span>
            <bdi>{words}</bdi>
          </>
        )}
      </span>
      <span className="@lg:shrink-0 @lg:whitespace-pre">
        <span aria-hidden="true" className="hidden @lg:inline">
          {" · "}
        </span>
        <time dateTime={at}>{when(at)}</time>
      </span>
    </span>
  );
}

/** What became of it, where that is more than that the money moved. */
function State({ movement }: { movement: Movement }) {
  const t = useTranslations();
  const locale = useLocale();
  const { status, declineCode, refundedMinor, amountMinor, currency } = movement;
  if (status === "declined") {
    const reason = `payment.decline_${declineCode ?? "unknown"}` as "payment.decline_unknown";
    return (
      <span className="block text-sm text-alert-text">
        {t("activity.declined", { reason: t.has(reason) ? t(reason) : t("payment.decline_unknown") })}
      </span>
    );
  }
  if (refundedMinor === 0n) return null;
  return (
    <span className="block text-sm text-wait-text">
      {refundedMinor >= amountMinor
        ? t("activity.refundedInFull")
        : t("activity.refunded", { amount: formatMoney(refundedMinor, currency, locale) })}
    </span>
  );
}

function Amount({
  movement: { status, direction, amountMinor, currency, balanceMinor },
}: {
  movement: Movement;
}) {
  const t = useTranslations("activity");
  const locale = useLocale();
  const hasMoved = status === "succeeded";
  const amount = formatMoney(amountMinor, currency, locale);
  return (
    <span className="ml-auto text-right">
      <span
        className={cn(
          "figures block",
          hasMoved ? "font-semibold" : "font-normal text-faint line-through",
          hasMoved && direction === "in" && "text-accent-text",
        )}
      >
        {hasMoved ? `${direction === "out" ? "−" : "+"}${amount}` : amount}
      </span>
      {balanceMinor === null ? null : (
        <span className="figures block text-sm text-soft">
          {t("balanceAfter", { balance: formatMoney(balanceMinor, currency, locale) })}
        </span>
      )}
    </span>
  );
}
