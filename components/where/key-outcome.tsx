import { Check, CircleArrowUp, CircleHelp, CircleX, Clock } from "lucide-react";
import Link from "next/link";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { OpenKeyName } from "@/components/activity/open-key-list";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { cn } from "@/components/ui/cn";
import { inElements } from "@/components/ui/in-elements";
import { Submit } from "@/components/ui/submit";
import type { Movement } from "@/lib/activity/movement";
import { formOf, type OpenKey } from "@/lib/activity/open-key";
import { formatMoney } from "@/lib/money";

/**
 * What is known of a key. `notice` is what an answer said that led here, `revoked` or `unknown`: the state beside it was read
 * after that, and alone says what is so.
 */
export type KeyOutcomeProps = {
  keyText: string;
  userId: string;
  outcome:
    | { state: "open"; openKey: OpenKey | undefined }
    | { state: "settled"; movement: Movement; mayPayAgain: boolean }
    /** Somebody else's key, which moved money on an account of theirs: into it, or out of it. */
    | { state: "by-other"; movement: Movement }
    | { state: "void" }
    | { state: "unreachable" };
  notice: "revoked" | "unknown" | undefined;
};

/** A key's state in words: what it means, whether money has moved, and what to do next. */
export function KeyOutcome(props: KeyOutcomeProps) {
  const { outcome } = props;
  switch (outcome.state) {
    case "open":
      return <Open {...props} openKey={outcome.openKey} />;
    case "settled":
      return outcome.movement.status === "succeeded" ? (
        <Paid movement={outcome.movement} isAfterRevoke={props.notice === "revoked"} />
      ) : (
        <Declined movement={outcome.movement} mayPayAgain={outcome.mayPayAgain} />
      );
    case "by-other":
      return outcome.movement.direction === "in" ? (
        <Received movement={outcome.movement} />
      ) : (
        <Taken movement={outcome.movement} />
      );
    case "void":
      return <Void />;
    case "unreachable":
      return <Unreachable keyText={props.keyText} />;
    default:
      return outcome satisfies never;
  }
}

const ICON = "size-7 shrink-0";

function Open({ keyText, userId, notice, openKey }: KeyOutcomeProps & { openKey: OpenKey | undefined }) {
  const t = useTranslations("where");
  const format = useFormatter();
  const form = openKey && formOf(openKey);
  const isInDoubt = notice === "unknown";
  const arrivedAt = openKey?.lastArrivedAt ?? null;
  return (
    <Said
      tone="wait"
      icon={<CircleHelp aria-hidden="true" className={cn(ICON, "text-wait-text")} />}
      title={t(isInDoubt ? "unknownTitle" : "openTitle")}
      text={<p>{t(isInDoubt ? "unknown" : "open")}</p>}
      money={t("openMoney")}
      next={t("openNext")}
      more={
        openKey === undefined ? null : (
          <div className="rounded-xl border border-line p-3">
            <p className="text-sm text-soft">{t("openFor")}</p>
            <OpenKeyName openKey={openKey} />
            <p className="mt-1 text-sm text-soft">
              {t("arrivals", {
                count: openKey.arrivals,
                when: arrivedAt === null ? "" : format.dateTime(arrivedAt, "moment"),
              })}
            </p>
          </div>
        )
      }
    >
      <div className="flex flex-wrap gap-3">
        {form === undefined ? null : (
          <Button asChild>
            <a href={form}>{t("backToForm")}</a>
          </Button>
        )}
        <form method="post" action="/where/revoke">
          <input type="hidden" name="user" value={userId} />
          <input type="hidden" name="key" value={keyText} />
          <Submit look="quiet">{t(isInDoubt ? "revokeAgain" : "revoke")}</Submit>
        </form>
      </div>
      <p className="text-sm text-soft">{t("revokeText")}</p>
    </Said>
  );
}

/** How much of a movement has been paid back since: what it put into an account may not be there any more. */
function paidBack({ amountMinor, refundedMinor }: Movement): "whole" | "part" | "back" {
  if (refundedMinor === 0n) return "whole";
  return refundedMinor < amountMinor ? "part" : "back";
}

/** How a movement is spoken of. */
function useFacts({ party, amountMinor, refundedMinor, currency, at }: Movement) {
  const t = useTranslations("site");
  const format = useFormatter();
  const locale = useLocale();
  return {
    name: party?.name ?? t("name"),
    amount: formatMoney(amountMinor, currency, locale),
    refunded: formatMoney(refundedMinor, currency, locale),
    when: format.dateTime(at, "moment"),
    bdi,
  };
}

function Paid({ movement, isAfterRevoke }: { movement: Movement; isAfterRevoke: boolean }) {
  const t = useTranslations("where");
  const facts = useFacts(movement);
  // What somebody pays into their own account comes from the house.
  const isIn = movement.direction === "in";
  const text = isAfterRevoke
    ? t.rich("alreadyPaid", facts)
    : isIn
      ? t.rich("paidIn", facts)
      : t.rich("paid", facts);
  return (
    <Said
      tone="good"
      icon={<Check aria-hidden="true" strokeWidth={3} className={cn(ICON, "text-accent-text")} />}
      title={t(isAfterRevoke ? "alreadyPaidTitle" : "paidTitle")}
      text={<p className="wrap-anywhere">{inElements(text)}</p>}
      money={t(`paidMoney_${paidBack(movement)}`, { refunded: facts.refunded })}
      next={t("paidNext")}
    >
      <ReceiptLink movement={movement} />
    </Said>
  );
}

function Received({ movement }: { movement: Movement }) {
  const t = useTranslations("where");
  const facts = useFacts(movement);
  return (
    <Said
      tone="good"
      icon={<Check aria-hidden="true" strokeWidth={3} className={cn(ICON, "text-accent-text")} />}
      title={t("receivedTitle")}
      text={<p className="wrap-anywhere">{inElements(t.rich("received", facts))}</p>}
      money={t(`receivedMoney_${paidBack(movement)}`, { refunded: facts.refunded })}
      next={t("paidNext")}
    >
      <ReceiptLink movement={movement} />
    </Said>
  );
}

/** What was taken out of their account by a key of the operator's. */
function Taken({ movement }: { movement: Movement }) {
  const t = useTranslations("where");
  const { amount, when } = useFacts(movement);
  return (
    <Said
      tone="plain"
      icon={<CircleArrowUp aria-hidden="true" className={cn(ICON, "text-soft")} />}
      title={t("takenTitle")}
      text={<p className="wrap-anywhere">{t("taken", { amount, when })}</p>}
      money={t("takenMoney")}
      next={t("takenNext")}
    >
      <ReceiptLink movement={movement} />
    </Said>
  );
}

function Declined({ movement, mayPayAgain }: { movement: Movement; mayPayAgain: boolean }) {
  const t = useTranslations();
  const facts = useFacts(movement);
  const key = `payment.decline_${movement.declineCode ?? "unknown"}` as "payment.decline_unknown";
  const reason = t.has(key) ? t(key) : t("payment.decline_unknown");
  const { orderId } = movement;
  return (
    <Said
      tone="bad"
      icon={<CircleX aria-hidden="true" className={cn(ICON, "text-alert-text")} />}
      title={t("where.declinedTitle")}
      text={<p className="wrap-anywhere">{inElements(t.rich("where.declined", { ...facts, reason }))}</p>}
      money={t("where.declinedMoney")}
      next={t(mayPayAgain ? "where.declinedNextAgain" : "where.declinedNext")}
    >
      <div className="flex flex-wrap gap-3">
        {mayPayAgain && orderId !== null ? (
          <Button asChild>
            <a href={`/checkout/${orderId}`}>{t("where.backToForm")}</a>
          </Button>
        ) : null}
        <ReceiptLink movement={movement} isQuiet />
      </div>
    </Said>
  );
}

function ReceiptLink({ movement, isQuiet = false }: { movement: Movement; isQuiet?: boolean }) {
  const t = useTranslations("where");
  return (
    <Button asChild look={isQuiet ? "quiet" : "primary"} className="justify-self-start">
      <Link href={`/payments/${movement.id}`}>{t("receipt")}</Link>
    </Button>
  );
}

/** Said of a key that is another user's, too: so it speaks of this account alone, whatever the address says of a revocation. */
function Void() {
  const t = useTranslations("where");
  return (
    <Said
      tone="plain"
      icon={<CircleX aria-hidden="true" className={cn(ICON, "text-soft")} />}
      title={t("voidTitle")}
      text={<p>{t("void")}</p>}
      money={t("voidMoney")}
      next={t("voidNext")}
    >
      <Button asChild look="quiet" className="justify-self-start">
        <Link href="/payments">{t("payments")}</Link>
      </Button>
    </Said>
  );
}

function Unreachable({ keyText }: { keyText: string }) {
  const t = useTranslations("where");
  return (
    <Said
      tone="wait"
      icon={<Clock aria-hidden="true" className={cn(ICON, "text-wait-text")} />}
      title={t("unreachableTitle")}
      text={<p>{t("unreachable")}</p>}
    >
      <Button asChild className="justify-self-start">
        <a href={`/where?key=${encodeURIComponent(keyText)}`}>{t("lookAgain")}</a>
      </Button>
    </Said>
  );
}

const TONES = {
  good: "border-line bg-accent-wash",
  wait: "border-wait-line bg-wait-wash",
  bad: "border-alert-line bg-alert-wash",
  plain: "border-line bg-wash",
};

/** The words of an outcome, in the order in which they are asked for. */
function Said({
  tone,
  icon,
  title,
  text,
  money,
  next,
  more,
  children,
}: {
  tone: keyof typeof TONES;
  icon: ReactElement;
  title: string;
  text: ReactElement;
  money?: string;
  next?: string;
  more?: ReactElement | null;
  children: ReactElement | ReactElement[];
}) {
  const t = useTranslations("where");
  return (
    <div className="grid grid-cols-1 gap-4">
      <div role="status" className={cn("flex gap-3 rounded-xl border p-4", TONES[tone])}>
        {icon}
        <div className="min-w-0">
          <h2 className="text-lg font-semibold">{title}</h2>
          <div className="mt-1">{text}</div>
        </div>
      </div>
      {money === undefined ? null : (
        <div>
          <h3 className="font-semibold">{t("moneyTitle")}</h3>
          <p className="mt-0.5 text-soft">{money}</p>
        </div>
      )}
      {next === undefined ? null : (
        <div>
          <h3 className="font-semibold">{t("nextTitle")}</h3>
          <p className="mt-0.5 text-soft">{next}</p>
        </div>
      )}
      {more}
      {children}
    </div>
  );
}
