import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Notice } from "@/components/account/notice";
import { DemoSignIn } from "@/components/sign-in/demo-sign-in";
import { SignInForm } from "@/components/sign-in/sign-in-form";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import { openedAs } from "@/lib/plain-form-path";
import { leadsToCheckout, safeReturnPath } from "@/lib/return-path";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { signIn, signInAsDemo } from "./actions";

/** Why what was sent was not done. */
const REFUSED = ["other-user", "unauthenticated"] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signIn");
  return { title: t("title") };
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const [{ next, changed, notice }, viewer, t] = await Promise.all([
    searchParams,
    authorizePage("/sign-in", "/sign-in"),
    getTranslations("signIn"),
  ]);
  const returnTo = safeReturnPath(next);
  const isPasswordChanged = changed === "password" && (await isBacked("/sign-in?changed=password", ""));
  const refused = REFUSED.find((one) => one === notice);
  const isRefused = refused !== undefined && (await isBacked(`/sign-in?notice=${refused}`, ""));
  const formOf = openedAs(returnTo);
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t(leadsToCheckout(returnTo) ? "sentToPay" : "lead")}</p>
      </div>
      {isRefused ? <Notice isAlert>{t(`notice_${refused}`)}</Notice> : null}
      {viewer === undefined ? null : (
        <Panel className="flex flex-wrap items-center justify-between gap-3">
          <p>{inElements(t.rich("already", { name: viewer.name, bdi }))}</p>
          {formOf === undefined || formOf === viewer.id ? (
            <Button asChild look="quiet" size="small">
              <a href={returnTo}>
                {/* One element, or the button would put its gap between the words. */}
                <span>{inElements(t.rich("goOn", { name: viewer.name, bdi }))}</span>
              </a>
            </Button>
          ) : (
            <p className="text-sm text-soft">{t("otherOpened")}</p>
          )}
        </Panel>
      )}
      {isPasswordChanged ? <Notice>{t("passwordChanged")}</Notice> : null}
      {isDemo() ? <DemoSignIn signInAsDemo={signInAsDemo} next={returnTo} /> : null}
      <Panel>
        <SignInForm signIn={signIn} next={returnTo} />
      </Panel>
      <p className="flex flex-wrap justify-center gap-x-6 gap-y-3 text-center text-sm">
        <Link
          className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
          href="/reset-password"
        >
          {t("forgotten")}
        </Link>
        <Link
          className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
          href={`/sign-up?next=${encodeURIComponent(returnTo)}`}
        >
          {t("create")}
        </Link>
      </p>
    </div>
  );
}
