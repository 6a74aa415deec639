import { KeyRound, LogOut } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { Submit } from "@/components/ui/submit";
import { Mark } from "./mark";

/** The head of every page. `signOut` is the server action. */
export function Header({
  viewerName,
  signOut,
}: {
  viewerName: string | undefined;
  signOut: () => Promise<void>;
}) {
  const t = useTranslations("site");
  return (
    <header className="print:hidden">
      <div className="mx-auto flex h-16 w-full max-w-5xl items-center gap-2 px-4 sm:px-6">
        <Link
          href="/"
          aria-label={t("home")}
          className="mr-auto flex items-center gap-2 rounded-xl py-1 pr-2 text-xl font-bold tracking-tight"
        >
          <Mark className="text-accent-text" />
          <span>{t("name")}</span>
        </Link>
        {viewerName === undefined ? (
          <Button asChild look="quiet" size="small">
            <Link href="/sign-in">{t("signIn")}</Link>
          </Button>
        ) : (
          <nav aria-label={t("navigation")} className="flex items-center gap-1 sm:gap-2">
            <Button asChild look="text" size="small" className="px-2 sm:px-3.5">
              <Link href="/payments">{t("payments")}</Link>
            </Button>
            <Button asChild look="text" size="small" className="px-2.5 sm:px-3.5">
              <Link href="/settings/api-keys" aria-label={t("apiKeys")}>
                {/* A telephone has room for one word. */}
                <KeyRound aria-hidden="true" className="size-5 sm:hidden" />
                <span className="hidden sm:inline">{t("apiKeys")}</span>
              </Link>
            </Button>
            <form action={signOut} className="flex items-center gap-2">
              <span className="hidden text-sm text-soft sm:inline">
                {inElements(t.rich("signedInAs", { name: viewerName, bdi }))}
              </span>
              <Submit look="quiet" size="small" className="px-2.5 sm:px-3.5">
                <LogOut aria-hidden="true" className="size-5 sm:hidden" />
                <span className="sr-only sm:not-sr-only">{t("signOut")}</span>
              </Submit>
            </form>
          </nav>
        )}
      </div>
    </header>
  );
}
