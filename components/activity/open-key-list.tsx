import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { useWhen } from "@/components/site/when";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { formOf, type OpenKey } from "@/lib/activity/open-key";
import { formatMoney } from "@/lib/money";

const KINDS = {
  order: "kind_order",
  transfer: "kind_transfer",
  refund: "kind_refund",
  "top-up": "kind_top-up",
  funding: "kind_funding",
  adjustment: "kind_adjustment",
} as const;

/** What an open key is for, in a line: the order, or the kind of payment. */
export function OpenKeyName({ openKey }: { openKey: OpenKey }) {
  const t = useTranslations();
  const { kind, order, merchant } = openKey;
  const name = Object.hasOwn(KINDS, kind) ? t(`payment.${KINDS[kind as keyof typeof KINDS]}`) : kind;
  if (order === null || merchant === null) return <span className="block font-medium">{name}</span>;
  return (
    <span className="block min-w-0">
      <span className="block truncate font-medium">
        {inElements(t.rich("activity.toName", { name: merchant.name, bdi }))}
      </span>
      <span className="flex gap-x-1 text-sm text-soft">
        <span className="shrink-0">{name}</span>
        <span aria-hidden="true">·</span>
        <span className="truncate">
          <bdi>{order.description}</bdi>
        </span>
      </span>
    </span>
  );
}

/**
 * Payments whose request has arrived and that have no outcome so far: each leads back to its form, which finds out, and to
 * where its key can be revoked. Nothing here says that money has not moved.
 */
export function OpenKeyList({ openKeys }: { openKeys: readonly OpenKey[] }) {
  const t = useTranslations("activity");
  const locale = useLocale();
  const when = useWhen();
  return (
    <ul className="divide-y divide-line">
      {openKeys.map((openKey) => {
        const { key, order, arrivals, lastArrivedAt, isChecking } = openKey;
        const form = formOf(openKey);
        return (
          <li key={key} className="py-3 first:pt-0 last:pb-0">
            <div className="flex flex-wrap items-start justify-between gap-x-3">
              <OpenKeyName openKey={openKey} />
              {order === null ? null : (
                <span className="figures ml-auto font-semibold">
                  {formatMoney(order.amountMinor, order.currency, locale)}
                </span>
              )}
            </div>
            <p className="mt-1 text-sm text-wait-text">{t(isChecking ? "isChecking" : "isNotAccepted")}</p>
            {lastArrivedAt === null ? null : (
              <p className="text-sm text-soft">
                {t("arrived", { count: arrivals, when: when(lastArrivedAt.toISOString()) })}
              </p>
            )}
            <div className="mt-2 flex flex-wrap gap-2">
              {form === undefined ? null : (
                <Button asChild look="quiet" size="small">
                  <Link href={form} prefetch={false}>
                    {t("backToForm")}
                  </Link>
                </Button>
              )}
              <Button asChild look="text" size="small">
                <Link href={`/where?key=${key}`} prefetch={false}>
                  {t("whereIsIt")}
                </Link>
              </Button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}
