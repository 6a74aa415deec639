import Link from "next/link";
import { useLocale, useTranslations } from "next-intl";
import { LOCALES } from "@/lib/locale";
import { THEMES, type Theme } from "@/lib/theme";
import { type NavigationLink, useNavigationTexts } from "./navigation-texts";

const LANGUAGE_NAMES: Record<(typeof LOCALES)[number], string> = { en: "English", de: "Deutsch" };

const CHOICE =
  "inline-flex min-h-11 min-w-11 cursor-pointer items-center justify-center rounded-xl px-2 underline-offset-4 hover:underline aria-pressed:font-semibold aria-pressed:text-ink";

/** The foot of every page, with the choice of language and of colours. `setLocale` and `setTheme` are server actions. */
export function Footer({
  links,
  theme,
  setLocale,
  setTheme,
}: {
  links: readonly NavigationLink[];
  theme: Theme;
  setLocale: (formData: FormData) => Promise<void>;
  setTheme: (formData: FormData) => Promise<void>;
}) {
  const t = useTranslations("site");
  const textOf = useNavigationTexts();
  const current = useLocale();
  return (
    <footer className="mx-auto mt-auto w-full max-w-5xl px-4 pt-12 pb-8 text-sm text-soft sm:px-6 print:hidden">
      <div className="flex flex-wrap items-center justify-between gap-x-6 gap-y-1">
        <p>{t("footer")}</p>
        <ul className="-mx-2 flex flex-wrap">
          {links.map(({ key, path }) => (
            <li key={path}>
              <Link
                href={path}
                className="inline-flex min-h-11 items-center rounded-xl px-2 underline-offset-4 hover:underline"
              >
                {textOf(key)}
              </Link>
            </li>
          ))}
        </ul>
      </div>
      <div className="-mx-2 flex flex-wrap items-center justify-between gap-x-6">
        <form action={setTheme} aria-label={t("theme")} className="flex">
          {THEMES.map((one) => (
            <button
              key={one}
              type="submit"
              name="theme"
              value={one}
              aria-pressed={one === theme}
              className={CHOICE}
            >
              {t(`theme_${one}`)}
            </button>
          ))}
        </form>
        <form action={setLocale} aria-label={t("language")} className="flex">
          {LOCALES.map((locale) => (
            <button
              key={locale}
              type="submit"
              name="locale"
              value={locale}
              lang={locale}
              aria-pressed={locale === current}
              className={CHOICE}
            >
              {LANGUAGE_NAMES[locale]}
            </button>
          ))}
        </form>
      </div>
    </footer>
  );
}
