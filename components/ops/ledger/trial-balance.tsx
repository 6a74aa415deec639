import { CircleAlert, CircleCheck } from "lucide-react";
import { useFormatter, useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { Panel } from "@/components/ui/panel";
import { formatMoney } from "@/lib/money";

type Balance = {
  currency: string;
  accounts: number;
  creditMinor: bigint;
  debitMinor: bigint;
  sumMinor: bigint;
};

/** What all accounts of each currency come to: zero, or the books are wrong, which nobody can overlook. */
export function TrialBalance({ balances, at }: { balances: readonly Balance[]; at: Date }) {
  const t = useTranslations("opsLedger");
  const locale = useLocale();
  const format = useFormatter();
  return (
    <section aria-labelledby="trial-balance" className="mb-6">
      <div className="mb-3 flex flex-wrap items-baseline justify-between gap-x-4">
        <h2 id="trial-balance" className="text-lg font-semibold tracking-tight">
          {t("trialBalance")}
        </h2>
        <p className="text-sm text-soft">{t("readAt", { at: format.dateTime(at, "moment") })}</p>
      </div>
      <ul className="grid grid-cols-1 gap-3 sm:grid-cols-2 lg:grid-cols-3">
        {balances.map(({ currency, accounts, creditMinor, debitMinor, sumMinor }) => {
          const money = (minor: bigint) => formatMoney(minor, currency, locale);
          const isZero = sumMinor === 0n;
          const Mark = isZero ? CircleCheck : CircleAlert;
          return (
            <li key={currency}>
              <Panel
                aria-label={currency}
                className={cn(
                  "h-full p-4! sm:p-5!",
                  !isZero && "border-alert-line! bg-alert-wash! text-alert-text",
                )}
              >
                <p
                  className={cn(
                    "flex items-center gap-2 text-lg font-semibold wrap-anywhere",
                    isZero ? "text-accent-text" : "text-alert-text",
                  )}
                >
                  <Mark aria-hidden="true" className="size-5 shrink-0" />
                  <span>{t(isZero ? "isZero" : "isNotZero", { currency, sum: money(sumMinor) })}</span>
                </p>
                <dl className="mt-3 grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1 text-sm">
                  <dt className={isZero ? "text-soft" : undefined}>{t("held")}</dt>
                  <dd className="figures text-right wrap-anywhere">{money(creditMinor)}</dd>
                  <dt className={isZero ? "text-soft" : undefined}>{t("owed")}</dt>
                  <dd className="figures text-right wrap-anywhere">{money(debitMinor)}</dd>
                  <dt className={isZero ? "text-soft" : undefined}>{t("accounts")}</dt>
                  <dd className="figures text-right">{format.number(accounts)}</dd>
                </dl>
              </Panel>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
