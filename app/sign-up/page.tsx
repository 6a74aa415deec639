import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { SignUpForm } from "@/components/sign-up/sign-up-form";
import { Panel } from "@/components/ui/panel";
import { leadsToCheckout, safeReturnPath } from "@/lib/return-path";
import { authorizePage } from "@/server/identity/authorize";
import { signUp } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signUp");
  return { title: t("title") };
}

export default async function SignUpPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await authorizePage("/sign-up", "/sign-up");
  const [{ next }, t, tSignIn] = await Promise.all([
    searchParams,
    getTranslations("signUp"),
    getTranslations("signIn"),
  ]);
  const returnTo = safeReturnPath(next);
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        {leadsToCheckout(returnTo) ? <p className="mt-2 text-soft">{tSignIn("sentToPay")}</p> : null}
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      <Panel>
        <SignUpForm signUp={signUp} next={returnTo} id={randomUUID()} />
      </Panel>
      <p className="flex flex-wrap items-center justify-center gap-x-1.5 text-sm text-soft">
        <span>{t("haveAccount")}</span>
        <Link
          className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
          href={`/sign-in?next=${encodeURIComponent(returnTo)}`}
        >
          {t("signIn")}
        </Link>
      </p>
    </div>
  );
}
