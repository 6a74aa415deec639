import Link from "next/link";
import { useFormatter, useTranslations } from "next-intl";
import { PersonLink } from "@/components/ops/timeline";
import type { TimelinePerson } from "@/lib/ops/timeline";

export type OrderShown = {
  id: string;
  description: string;
  createdAt: Date;
  cancelledAt: Date | null;
  expiresAt: Date | null;
  paidBy: string | null;
  linkId: string | null;
  merchant: TimelinePerson | undefined;
};

/** The order that a payment was for, and the link that it came by. */
export function OrderFacts({ order }: { order: OrderShown }) {
  const t = useTranslations("opsPayments");
  const format = useFormatter();
  const moments = [
    [t("orderPut"), order.createdAt],
    [t("orderExpires"), order.expiresAt],
    [t("orderCancelled"), order.cancelledAt],
  ] as const;
  return (
    <>
      <h2 id="order" className="mb-2 text-xl font-bold">
        {t("order")}
      </h2>
      <p className="font-medium wrap-anywhere">
        <bdi>{order.description}</bdi>
      </p>
      {order.merchant === undefined ? null : (
        <p className="wrap-anywhere">
          <PersonLink person={order.merchant} />
        </p>
      )}
      <dl className="mt-2 grid gap-y-1 text-sm">
        {moments.map(([name, at]) =>
          at === null ? null : (
            <div key={name} className="flex flex-wrap justify-between gap-x-4">
              <dt className="text-soft">{name}</dt>
              <dd className="figures">{format.dateTime(at, "moment")}</dd>
            </div>
          ),
        )}
        {order.linkId === null ? null : (
          <div>
            <dt className="text-soft">{t("linkId")}</dt>
            <dd className="font-mono wrap-anywhere select-all">{order.linkId}</dd>
          </div>
        )}
      </dl>
      <Link
        href={`/ops/payments?q=${order.id}&sort=time`}
        prefetch={false}
        className="mt-1 inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
      >
        {t("allForOrder")}
      </Link>
    </>
  );
}
