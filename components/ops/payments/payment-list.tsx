import { useFormatter, useLocale, useTranslations } from "next-intl";
import type { Sorting } from "@/components/ops/data-table";
import { useKindName } from "@/components/ops/kind-name";
import type { DeclineCode, Payment } from "@/lib/api/payment";
import { formatMoney } from "@/lib/money";
import { type LineParty, type PaymentLine, PaymentTable } from "./payment-table";

type Person = { id: string; name: string; handle: string };

/** A payment that was found. Amounts are minor units; somebody who is null is the house. */
export type Listed = {
  id: string;
  kind: Payment["kind"];
  status: Payment["status"];
  declineCode: DeclineCode | null;
  amountMinor: bigint;
  refundedMinor: bigint;
  currency: string;
  note: string | null;
  settledAt: Date;
  payer: Person | null;
  payee: Person | null;
};

/** Payments as a table, in the reader's language: written on the server, sorted by the address. */
export function PaymentList({
  payments,
  sorting,
  empty,
}: {
  payments: readonly Listed[];
  sorting: Sorting;
  empty: string;
}) {
  const t = useTranslations("opsPayments");
  const nameOf = useKindName();
  const format = useFormatter();
  const locale = useLocale();
  const party = (person: Person | null): LineParty =>
    person === null
      ? { name: t("house") }
      : { name: person.name, handle: person.handle, href: `/ops/people/${person.id}` };
  const lines = payments.map(
    (payment): PaymentLine => ({
      id: payment.id,
      href: `/ops/payments/${payment.id}`,
      at: payment.settledAt.toISOString(),
      when: format.dateTime(payment.settledAt, "instant"),
      kind: nameOf(payment.kind),
      payer: party(payment.payer),
      payee: party(payment.payee),
      note: payment.note ?? undefined,
      amount: formatMoney(payment.amountMinor, payment.currency, locale),
      status: payment.declineCode === null ? t("succeeded") : t(`code_${payment.declineCode}`),
      refunded:
        payment.refundedMinor === 0n
          ? undefined
          : t(payment.refundedMinor === payment.amountMinor ? "refunded" : "refundedPart"),
      isDeclined: payment.status === "declined",
    }),
  );
  const headers = {
    time: t("columnTime"),
    kind: t("columnKind"),
    payer: t("columnPayer"),
    payee: t("columnPayee"),
    status: t("columnStatus"),
    amount: t("columnAmount"),
  };
  return (
    <PaymentTable lines={lines} headers={headers} caption={t("caption")} sorting={sorting} empty={empty} />
  );
}
