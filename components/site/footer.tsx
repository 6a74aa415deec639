import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { LOCALES } from "@/lib/locale";

const LANGUAGE_NAMES: Record<(typeof LOCALES)[number], string> = { en: "English", de: "Deutsch" };

/** The foot of every page, with the choice of language. `setLocale` is the server action. */
export function Footer({ setLocale }: { setLocale: (formData: FormData) => Promise<void> }) {
  const t = useTranslations("site");
  const current = useLocale();
  return (
    <footer className="print:hidden mx-auto mt-auto flex w-full max-w-5xl flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 pt-12 pb-8 text-sm text-soft sm:px-6">
      <p>{t("footer")}</p>
      <Link
        href="/docs"
        className="inline-flex min-h-11 items-center underline-offset-4 hover:underline sm:ml-auto"
      >
        {t("docs")}
      </Link>
      <form action={setLocale} aria-label={t("language")} className="-mx-2 flex gap-1">
        {LOCALES.map((locale) => (
          <button
            key={locale}
            type="submit"
            name="locale"
            value={locale}
            lang={locale}
            aria-pressed={locale === current}
            className="min-h-11 cursor-pointer rounded-xl px-2 underline-offset-4 hover:underline aria-pressed:font-semibold aria-pressed:text-ink"
          >
            {LANGUAGE_NAMES[locale]}
          </button>
        ))}
      </form>
    </footer>
  );
}
