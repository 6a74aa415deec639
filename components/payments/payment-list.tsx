import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { cn } from "@/components/ui/cn";
import { inElements } from "@/components/ui/in-elements";
import type { Payment } from "@/lib/api/payment";
import { formatMoney } from "@/lib/money";
import type { Party } from "@/lib/receipt";

export type ListedPayment = {
  payment: Payment;
  payer: Party;
  payee: Party;
  orderDescription?: string;
};

/** Payments as rows that lead to their receipts; a declined one says that no money moved. */
export function PaymentList({ viewerId, payments }: { viewerId: string; payments: ListedPayment[] }) {
  const t = useTranslations();
  const when = useWhen();
  const locale = useLocale();
  return (
    <ul className="divide-y divide-line">
      {payments.map(({ payment, payer, payee, orderDescription }) => {
        const isOutgoing = payer.id === viewerId;
        const hasMoved = payment.status === "succeeded";
        const amount = formatMoney(payment.amountMinor, payment.currency, locale);
        const other = isOutgoing
          ? inElements(t.rich("payments.toName", { name: payee.name, bdi }))
          : inElements(t.rich("payments.fromName", { name: payer.name, bdi }));
        return (
          <li key={payment.id}>
            <Link
              href={`/payments/${payment.id}`}
              prefetch={false}
              className="-mx-2 flex min-h-16 items-center gap-3 rounded-xl px-2 py-2.5 hover:bg-wash"
            >
              {/* An amount that leaves too little room stands below, whole: no number is broken over two lines. */}
              <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-3">
                <span className="min-w-0 flex-1 basis-28">
                  <span className="block truncate font-medium">{other}</span>
                  <span className="flex flex-col text-sm text-soft sm:flex-row">
                    <span className="truncate">
                      <bdi>{orderDescription ?? payment.note ?? t(`payment.kind_${payment.kind}`)}</bdi>
                    </span>
                    <span className="sm:shrink-0 sm:whitespace-pre">
                      <span className="hidden sm:inline"> · </span>
                      <time dateTime={payment.settledAt}>{when(payment.settledAt)}</time>
                    </span>
                  </span>
                </span>
                <span className="ml-auto text-right">
                  <span
                    className={cn(
                      "figures block font-semibold",
                      !hasMoved && "font-normal text-faint line-through",
                    )}
                  >
                    {hasMoved ? `${isOutgoing ? "−" : "+"}${amount}` : amount}
                  </span>
                  {hasMoved ? null : (
                    <span className="block text-sm text-alert-text">{t("payment.noMoney")}</span>
                  )}
                </span>
              </span>
              <ChevronRight aria-hidden="true" className="size-5 shrink-0 text-faint" />
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
