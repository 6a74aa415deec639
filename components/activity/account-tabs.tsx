import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { cn } from "@/components/ui/cn";
import { type HistoryQuery, searchOf } from "@/lib/activity/filter";
import { formatMoney } from "@/lib/money";

/** The accounts with what they hold: each shows its own history, and the first one that of all. */
export function AccountTabs({
  accounts,
  query,
}: {
  accounts: readonly { id: string; currency: string; balanceMinor: bigint }[];
  query: HistoryQuery;
}) {
  const t = useTranslations("activity");
  const locale = useLocale();
  const { account: shown, ...rest } = query;
  const tabs = [
    {
      key: "all",
      href: `/payments${searchOf(rest)}`,
      isShown: shown === undefined,
      balance: undefined,
      name: t("allAccounts"),
    },
    ...accounts.map(({ id, currency, balanceMinor }) => ({
      key: id,
      href: `/payments${searchOf({ ...rest, account: currency })}`,
      isShown: shown === currency,
      balance: formatMoney(balanceMinor, currency, locale),
      name: t("account", { currency }),
    })),
  ];
  return (
    <nav aria-label={t("accounts")}>
      <ul className="flex flex-wrap gap-2">
        {tabs.map(({ key, href, isShown, balance, name }) => (
          <li key={key} className="flex">
            <Link
              href={href}
              prefetch={false}
              aria-current={isShown ? "page" : undefined}
              className={cn(
                "flex min-h-14 min-w-28 flex-col justify-center rounded-xl border px-4 py-2",
                isShown ? "border-accent bg-accent-wash" : "border-line bg-card hover:bg-wash",
              )}
            >
              <span className={cn("text-sm", isShown ? "text-accent-text" : "text-soft")}>{name}</span>
              {balance === undefined ? null : <span className="figures font-semibold">{balance}</span>}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
