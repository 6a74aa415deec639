import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { DemoSignIn } from "@/components/sign-in/demo-sign-in";
import { SignInForm } from "@/components/sign-in/sign-in-form";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { isDemo } from "@/server/environment";
import { getViewer } from "@/server/viewer";
import { signIn, signInAsDemo } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signIn");
  return { title: t("title") };
}

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const [{ next }, viewer, t] = await Promise.all([searchParams, getViewer(), getTranslations("signIn")]);
  const returnTo = safeReturnPath(next);
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {viewer === undefined ? null : (
        <Panel className="flex flex-wrap items-center justify-between gap-3 py-4 sm:py-4">
          <p>{t("already", { name: viewer.name })}</p>
          <Button asChild look="quiet" size="small">
            <a href={returnTo}>{t("goOn", { name: viewer.name })}</a>
          </Button>
        </Panel>
      )}
      <Panel>
        <SignInForm signIn={signIn} next={returnTo} />
      </Panel>
      {isDemo() ? <DemoSignIn signInAsDemo={signInAsDemo} next={returnTo} /> : null}
    </div>
  );
}

/** A path of ours, or the start page: `next` comes from an address that anybody may have written. */
function safeReturnPath(next: string | string[] | undefined): string {
  if (typeof next !== "string" || !next.startsWith("/")) return "/";
  const base = "https://once.invalid";
  const url = URL.canParse(next, base) ? new URL(next, base) : undefined;
  return url?.origin === base ? `${url.pathname}${url.search}` : "/";
}
