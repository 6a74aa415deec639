import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { ConfirmSignUp } from "@/components/account/confirm-sign-up";
import { Notice } from "@/components/account/notice";
import { Panel } from "@/components/ui/panel";
import { findSignUpByToken } from "@/db/identity/pending-sign-ups";
import { hashOf } from "@/server/account/links";
import { authorizePage } from "@/server/identity/authorize";
import { confirmSignUp } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signUp");
  return { title: t("confirmTitle") };
}

/** Where the link of a sign-up leads. Opening it does nothing: programs that look through mails open links, too. */
export default async function ConfirmSignUpPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await authorizePage("/sign-up/confirm", "/sign-up");
  const [{ token }, t] = await Promise.all([searchParams, getTranslations("signUp")]);
  const kept = typeof token === "string" ? await findSignUpByToken(hashOf(token)) : undefined;
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <h1 className="text-title">{t("confirmTitle")}</h1>
      {kept === undefined || typeof token !== "string" ? (
        <Panel className="grid gap-4">
          <Notice isAlert>{t("confirmGone")}</Notice>
          <p className="flex flex-wrap gap-x-4 gap-y-2">
            <Link
              className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
              href="/sign-in"
            >
              {t("signIn")}
            </Link>
            <Link
              className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
              href="/sign-up"
            >
              {t("title")}
            </Link>
          </p>
        </Panel>
      ) : (
        <Panel className="grid gap-5">
          <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 gap-y-1.5">
            <dt className="text-soft">{t("name")}</dt>
            <dd className="wrap-anywhere">
              <bdi>{kept.name}</bdi>
            </dd>
            <dt className="text-soft">{t("handle")}</dt>
            <dd className="wrap-anywhere">
              <bdi>{`@${kept.handle}`}</bdi>
            </dd>
            <dt className="text-soft">{t("email")}</dt>
            <dd className="wrap-anywhere">
              <bdi>{kept.email}</bdi>
            </dd>
          </dl>
          <ConfirmSignUp confirmSignUp={confirmSignUp} token={token} />
        </Panel>
      )}
    </div>
  );
}
