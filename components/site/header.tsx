import { ChevronDown } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { Submit } from "@/components/ui/submit";
import { Mark } from "./mark";
import { Menu } from "./menu";
import { NavLink } from "./nav-link";
import { type NavigationLink, useNavigationTexts } from "./navigation-texts";

const BAR_LINK =
  "inline-flex h-11 items-center rounded-xl px-3 text-sm font-semibold text-accent-text underline-offset-4 hover:underline aria-[current]:bg-wash aria-[current]:text-ink aria-[current]:underline";
const MENU_LINK =
  "flex min-h-11 items-center rounded-xl px-3 hover:bg-wash aria-[current]:bg-wash aria-[current]:font-semibold";

/**
 * The head of every page. The links of `bar` stand in it where there is room, and in the menu where there is not; those of
 * `menu` always in the menu. `signOut` is the server action.
 */
export function Header({
  isKnown = true,
  viewerName,
  bar,
  menu,
  signOut,
}: {
  /** Whether it could be found out who is looking: if not, there is no menu, and nobody is asked to sign in. */
  isKnown?: boolean;
  viewerName: string | undefined;
  bar: readonly NavigationLink[];
  menu: readonly NavigationLink[];
  signOut: () => Promise<void>;
}) {
  const t = useTranslations("site");
  const textOf = useNavigationTexts();
  return (
    <header className="print:hidden">
      <div className="mx-auto flex h-16 w-full max-w-5xl items-center gap-2 px-4 sm:px-6">
        <Link
          href="/"
          aria-label={t("home")}
          className="mr-auto flex min-h-11 items-center gap-2 rounded-xl pr-2 text-xl font-bold tracking-tight"
        >
          <Mark className="text-accent-text" />
          <span>{t("name")}</span>
        </Link>
        {!isKnown ? null : viewerName === undefined ? (
          <Button asChild look="quiet" size="small">
            <Link href="/sign-in">{t("signIn")}</Link>
          </Button>
        ) : (
          <nav aria-label={t("navigation")} className="flex items-center gap-1">
            <ul className="hidden items-center gap-1 md:flex">
              {bar.map(({ key, path }) => (
                <li key={path}>
                  <NavLink href={path} className={BAR_LINK}>
                    {textOf(key)}
                  </NavLink>
                </li>
              ))}
            </ul>
            <Menu
              label={
                <>
                  <span>{t("menu")}</span>
                  <ChevronDown aria-hidden="true" className="size-4 shrink-0 group-open:rotate-180" />
                </>
              }
            >
              <p className="px-3 py-2 text-sm text-soft wrap-anywhere">
                {inElements(t.rich("signedInAs", { name: viewerName, bdi }))}
              </p>
              <ul className="border-t border-line pt-1 md:hidden">
                {bar.map(({ key, path }) => (
                  <li key={path}>
                    <NavLink href={path} className={MENU_LINK}>
                      {textOf(key)}
                    </NavLink>
                  </li>
                ))}
              </ul>
              <ul className="mt-1 border-t border-line pt-1">
                {menu.map(({ key, path }) => (
                  <li key={path}>
                    <NavLink href={path} className={MENU_LINK}>
                      {textOf(key)}
                    </NavLink>
                  </li>
                ))}
              </ul>
              <form action={signOut} className="mt-1 border-t border-line pt-2">
                <Submit look="quiet" size="small" className="w-full">
                  {t("signOut")}
                </Submit>
              </form>
            </Menu>
          </nav>
        )}
      </div>
    </header>
  );
}
