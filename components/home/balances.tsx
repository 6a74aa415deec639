import { useLocale, useTranslations } from "next-intl";
import { formatMoney } from "@/lib/money";

export type Account = { id: string; currency: string; balanceMinor: string };

/** What is in each account, the figures under each other. */
export function Balances({ accounts }: { accounts: Account[] }) {
  const t = useTranslations("home");
  const locale = useLocale();
  if (accounts.length === 0) return <p className="text-soft">{t("noBalances")}</p>;
  return (
    <dl className="grid grid-cols-1 gap-x-8 gap-y-4 sm:grid-cols-3">
      {accounts.map((account) => (
        <div key={account.id} className="flex items-baseline justify-between gap-4 sm:block">
          <dt className="text-sm text-soft">{t("account", { currency: account.currency })}</dt>
          <dd className="figures text-xl font-semibold tracking-tight sm:text-2xl">
            {formatMoney(account.balanceMinor, account.currency, locale)}
          </dd>
        </div>
      ))}
    </dl>
  );
}
