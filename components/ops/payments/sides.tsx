import Link from "next/link";
import { useTranslations } from "next-intl";
import { PersonLink } from "@/components/ops/timeline";
import type { TimelinePerson } from "@/lib/ops/timeline";

/** One side of a payment: amounts as they are read, signs and all. */
export type Side = {
  name: "debit" | "credit";
  amount: string;
  accountId: string;
  /** Absent: the house. */
  owner: TimelinePerson | undefined;
  /** Absent where nothing moved. */
  moved: { before: string; after: string; version: string } | undefined;
  /** Where it was declined: the account as it was at that moment, and what limits it now, where that was the cause. */
  declined?: { thenHref: string; limitNow: string | undefined } | undefined;
};

/** Both sides of a payment in the ledger, with what they held before and after. */
export function Sides({ sides }: { sides: readonly Side[] }) {
  const t = useTranslations("opsPayments");
  return (
    <div className="grid gap-3 sm:grid-cols-2 lg:grid-cols-1">
      {sides.map((side) => (
        <div key={side.name} className="rounded-xl border border-line p-4">
          <p className="text-sm font-medium text-soft">{t(side.name)}</p>
          <p className="figures text-lg font-semibold wrap-anywhere">
            {side.moved === undefined ? t("nothingMoved") : side.amount}
          </p>
          <p className="wrap-anywhere">
            {side.owner === undefined ? <span>{t("house")}</span> : <PersonLink person={side.owner} />}
          </p>
          {side.moved === undefined ? null : (
            <dl className="figures mt-2 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 text-sm">
              <dt className="text-soft">{t("before")}</dt>
              <dd className="text-right">{side.moved.before}</dd>
              <dt className="text-soft">{t("after")}</dt>
              <dd className="text-right font-medium">{side.moved.after}</dd>
              <dt className="text-soft">{t("entryNumber")}</dt>
              <dd className="text-right">{side.moved.version}</dd>
            </dl>
          )}
          {side.declined === undefined ? null : (
            <>
              <Link
                href={side.declined.thenHref}
                prefetch={false}
                className="inline-flex min-h-11 items-center text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
              >
                {t("heldThen")}
              </Link>
              {side.declined.limitNow === undefined ? null : (
                <dl className="figures grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 text-sm">
                  <dt className="text-soft">{t("limitNow")}</dt>
                  <dd className="text-right font-medium">{side.declined.limitNow}</dd>
                </dl>
              )}
            </>
          )}
          <Link
            href={`/ops/ledger/accounts/${side.accountId}`}
            prefetch={false}
            className="mt-2 inline-flex min-h-11 items-center font-mono text-xs text-soft wrap-anywhere underline underline-offset-4 hover:text-ink"
          >
            {side.accountId}
          </Link>
        </div>
      ))}
    </div>
  );
}
