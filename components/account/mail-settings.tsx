import { useTranslations } from "next-intl";
import { OpenedAs } from "@/components/form/opened-as";
import { Submit } from "@/components/ui/submit";
import { LOCALES, type Locale } from "@/lib/locale";

/** A plain form: two things to choose, and none that can be wrong. */
export function MailSettings({
  saveMailSettings,
  settings,
}: {
  saveMailSettings: (form: FormData) => Promise<void>;
  settings: { receiptsByMail: boolean; locale: Locale };
}) {
  const t = useTranslations("settings");
  return (
    <form action={saveMailSettings} className="grid gap-5">
      <OpenedAs />
      <label className="-mx-2 flex min-h-11 cursor-pointer items-start gap-3 rounded-xl px-2 py-2 hover:bg-wash">
        <input
          type="checkbox"
          name="receipts"
          defaultChecked={settings.receiptsByMail}
          className="mt-0.5 size-5 shrink-0 accent-accent"
        />
        <span>
          <span className="block">{t("receipts")}</span>
          <span className="block text-sm text-soft">{t("receiptsHint")}</span>
        </span>
      </label>
      <fieldset>
        <legend className="mb-1 text-sm font-medium text-soft">{t("language")}</legend>
        {LOCALES.map((locale) => (
          <label
            key={locale}
            className="-mx-2 flex min-h-11 cursor-pointer items-center gap-3 rounded-xl px-2 py-1.5 hover:bg-wash"
          >
            <input
              type="radio"
              name="locale"
              value={locale}
              defaultChecked={settings.locale === locale}
              className="size-5 shrink-0 accent-accent"
            />
            <span lang={locale}>{t(`language_${locale}`)}</span>
          </label>
        ))}
      </fieldset>
      <Submit className="sm:justify-self-start">{t("save")}</Submit>
    </form>
  );
}
