import { useTranslations } from "next-intl";

/** API keys are for programs, and go on working when a password changes, unless this is ticked. */
export function RevokeKeys() {
  const t = useTranslations("account");
  return (
    <label className="-mx-2 flex min-h-11 cursor-pointer items-start gap-3 rounded-xl px-2 py-2 hover:bg-wash">
      <input type="checkbox" name="revokeKeys" value="on" className="mt-0.5 size-5 shrink-0 accent-accent" />
      <span>
        <span className="block">{t("revokeKeys")}</span>
        <span className="block text-sm text-soft">{t("revokeKeysHint")}</span>
      </span>
    </label>
  );
}
