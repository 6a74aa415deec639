import { useLocale, useTranslations } from "next-intl";

/** Says which of somebody's accounts are frozen, and what that means, before they try to pay or to be paid. */
export function FrozenAccounts({ currencies }: { currencies: readonly string[] }) {
  const t = useTranslations("account");
  const locale = useLocale();
  if (currencies.length === 0) return null;
  const listed = new Intl.ListFormat(locale).format(currencies);
  return (
    <div role="note" className="mb-4 rounded-xl border border-alert-line bg-alert-wash p-4 sm:mb-6">
      <p className="font-semibold text-alert-text">
        {t("frozenTitle", { count: currencies.length, currencies: listed })}
      </p>
      <p className="mt-1 text-sm">{t("frozenText", { count: currencies.length })}</p>
    </div>
  );
}
