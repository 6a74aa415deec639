/** What is told of a payment or a key on its timeline, in the reader's language. */
import { getFormatter, getLocale, getTranslations } from "next-intl/server";
import type { KeyAct } from "@/db/idempotency/operators/find-key";
import type { PaymentRow } from "@/db/payments/row";
import type { Dossier } from "@/db/payments/search/dossier";
import type { PersonNamed } from "@/db/payments/search/search";
import type { DeclineCode } from "@/lib/api/payment";
import { issuedAtOf } from "@/lib/key-time";
import { formatMoney } from "@/lib/money";
import type { TimelineEvent, TimelinePerson } from "@/lib/ops/timeline";
import { ARRIVALS_KEPT, type Arrival } from "@/lib/receipt";

/** Somebody, with the way to their page. */
export function personOf(person: PersonNamed | null): TimelinePerson | undefined {
  return person === null
    ? undefined
    : { name: person.name, handle: person.handle, href: `/ops/people/${person.id}` };
}

/**
 * The beginning of every timeline: the key, and each request that came with it. Of a key of which nothing is known it is not
 * claimed that it was ever issued: anybody can write one.
 */
export async function keyEvents(
  key: string,
  arrivals: readonly Arrival[],
  isKnown = true,
): Promise<TimelineEvent[]> {
  const [t, format] = await Promise.all([getTranslations("opsPayments"), getFormatter()]);
  const when = (at: string) => format.dateTime(new Date(at), "instant");
  const issuedAt = issuedAtOf(key);
  return [
    ...(issuedAt === undefined
      ? []
      : [
          {
            id: "issued",
            at: issuedAt,
            when: when(issuedAt),
            title: t(isKnown ? "eventIssued" : "eventCarried"),
            tone: "plain" as const,
            facts: [t(isKnown ? "eventIssuedText" : "eventCarriedText")],
          },
        ]),
    ...arrivals.map(
      (arrival): TimelineEvent => ({
        id: arrival.id,
        at: arrival.arrivedAt,
        when: when(arrival.arrivedAt),
        title: t(`arrival_${arrival.verdict}`),
        tone: toneOf(arrival.verdict),
        facts: [t(`channel_${arrival.channel}`)],
        ids: arrival.requestId === undefined ? [] : [{ name: t("requestId"), id: arrival.requestId }],
      }),
    ),
  ];
}

/** What operators did to a key. */
export async function keyActEvents(acts: readonly KeyAct[]): Promise<TimelineEvent[]> {
  const [t, format] = await Promise.all([getTranslations("opsPayments"), getFormatter()]);
  return acts.map((act) => ({
    id: act.id,
    at: act.at.toISOString(),
    when: format.dateTime(act.at, "instant"),
    title: t("act_revoke-key"),
    tone: "alert",
    by: personOf(act.by),
    words: act.reason,
  }));
}

/** That a key was settled, and as what. */
export async function settledEvent(row: PaymentRow): Promise<TimelineEvent> {
  const [t, format, locale] = await Promise.all([
    getTranslations("opsPayments"),
    getFormatter(),
    getLocale(),
  ]);
  const amount = formatMoney(row.amountMinor, row.currency, locale);
  const isPaid = row.declineCode === null;
  return {
    id: "settled",
    at: row.settledAt.toISOString(),
    when: format.dateTime(row.settledAt, "instant"),
    title: isPaid ? t("eventPaid", { amount }) : t("eventDeclined", { amount }),
    tone: isPaid ? "good" : "alert",
    words: row.note ?? undefined,
    facts: isPaid ? [] : [t(`reason_${row.declineCode as DeclineCode}`)],
  };
}

/** Whether the list of arrivals may have ended before they did. */
export function mayHaveMore(arrivals: readonly Arrival[]): boolean {
  return arrivals.length >= ARRIVALS_KEPT;
}

function toneOf(verdict: Arrival["verdict"]): TimelineEvent["tone"] {
  switch (verdict) {
    case "paid":
      return "good";
    case "declined":
    case "reused":
    case "mismatch":
    case "refused":
    case "invalid":
    case "void":
      return "alert";
    case "unknown":
      return "wait";
    case "replayed":
      return "plain";
    default:
      return verdict satisfies never;
  }
}

/** Acts of operators that have words of their own here. */
const ACTS = ["fund", "refund", "adjustment-approve"] as const;

/** What an operator did where the payment is a refund that an operator made for whoever had been paid. */
export function refundActOf({
  row,
  acts,
}: Pick<Dossier, "row" | "acts">): Dossier["acts"][number] | undefined {
  return acts.find(({ id, action }) => id === row.id && action === "refund");
}

/** Everything that happened to a payment, oldest first. */
export async function paymentEvents(dossier: Dossier): Promise<TimelineEvent[]> {
  const [t, format, locale] = await Promise.all([
    getTranslations("opsPayments"),
    getFormatter(),
    getLocale(),
  ]);
  const { row, seal, refunds, mails, acts, others, arrivals } = dossier;
  const money = (minor: bigint) => formatMoney(minor, row.currency, locale);
  const event = (at: Date, rest: Omit<TimelineEvent, "at" | "when">): TimelineEvent => ({
    at: at.toISOString(),
    when: format.dateTime(at, "instant"),
    ...rest,
  });
  const open = (id: string) => ({ href: `/ops/payments/${id}`, text: t("openPayment") });
  const events = [
    ...(await keyEvents(row.id, arrivals)),
    // What an operator refunds is asked for under the merchant's key, not by the merchant.
    { ...(await settledEvent(row)), by: personOf(refundActOf(dossier)?.by ?? dossier.askedBy) },
    ...refunds.map((refund) => {
      const act = acts.find(({ id }) => id === refund.id);
      return event(refund.settledAt, {
        id: refund.id,
        title: t(act ? "eventRefundedByOperator" : "eventRefunded", { amount: money(refund.amountMinor) }),
        tone: "plain",
        by: personOf(act?.by ?? refund.by),
        words: act?.reason ?? refund.note ?? undefined,
        lead: open(refund.id),
      });
    }),
    ...others.map((other) =>
      event(other.settledAt, {
        id: other.id,
        title: t(other.status === "succeeded" ? "eventOtherPaid" : "eventOtherDeclined", {
          amount: money(other.amountMinor),
        }),
        tone: other.status === "succeeded" ? "good" : "alert",
        lead: open(other.id),
      }),
    ),
    ...mails.map((mail) =>
      event(mail.finishedAt ?? mail.enqueuedAt, {
        id: mail.id,
        title: t(
          mail.outcome === null
            ? "eventMailWaits"
            : mail.outcome === "sent"
              ? "eventMailSent"
              : "eventMailGivenUp",
        ),
        tone: mail.outcome === "given-up" ? "alert" : "plain",
        facts: [mail.recipient, ...(mail.reason === null ? [] : [mail.reason])],
      }),
    ),
    ...acts
      .filter(({ id }) => !refunds.some((refund) => refund.id === id))
      .map((act) => {
        const known = ACTS.find((name) => name === act.action);
        return event(act.at, {
          id: `act ${act.id}`,
          title: known === undefined ? t("act_other") : t(`act_${known}`),
          tone: "plain",
          by: personOf(act.by),
          words: act.reason,
          lead:
            act.action === "adjustment-approve"
              ? { href: `/ops/ledger/adjustments/${row.purposeId}`, text: t("openAdjustment") }
              : undefined,
        });
      }),
    ...(seal === null
      ? []
      : [
          event(seal.sealedAt, {
            id: "sealed",
            title: t("eventSealed", { position: format.number(BigInt(seal.position)) }),
            tone: "plain",
            ids: [{ name: t("sealHash"), id: seal.hash }],
            lead: { href: `/ops/ledger/journal/${seal.position}`, text: t("openSeal") },
          }),
        ]),
  ];
  return events.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
}
