import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { DemoOutboxLink } from "@/components/account/demo-outbox-link";
import { Notice } from "@/components/account/notice";
import { Panel } from "@/components/ui/panel";
import { Submit } from "@/components/ui/submit";
import { findSignUp } from "@/db/identity/pending-sign-ups";
import { uuid } from "@/lib/api/requests";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { mailSignUpAgain } from "../actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("signUp");
  return { title: t("sentTitle") };
}

/** After a sign-up: a mail is on its way. The same whether or not the address has an account. */
export default async function SignUpSentPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await authorizePage("/sign-up/sent", "/sign-up");
  const [{ id, again }, t] = await Promise.all([searchParams, getTranslations("signUp")]);
  const asked = uuid.safeParse(id);
  const kept = asked.success ? await findSignUp(asked.data) : undefined;
  // What was mailed again is a sign-up that is there.
  const isToldNow = kept !== undefined && (await isBacked(`/sign-up/sent?id=${kept.id}&again=${again}`, ""));
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <h1 className="text-title">{kept === undefined ? t("goneTitle") : t("sentTitle")}</h1>
      {isToldNow && again === "sent" ? <Notice>{t("sentAgain")}</Notice> : null}
      {isToldNow && again === "later" ? <Notice isAlert>{t("sentLater")}</Notice> : null}
      {kept === undefined ? (
        <Panel className="grid gap-4">
          <p>{t("gone")}</p>
          <Link
            className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
            href="/sign-up"
          >
            {t("title")}
          </Link>
        </Panel>
      ) : (
        <Panel className="grid gap-4">
          <p>{t("sent")}</p>
          <p className="font-medium wrap-anywhere">
            <bdi>{kept.email}</bdi>
          </p>
          <p className="text-soft">{t("sentHint")}</p>
          {isDemo() ? <DemoOutboxLink /> : null}
          <form action={mailSignUpAgain}>
            <input type="hidden" name="id" value={kept.id} />
            <Submit look="quiet">{t("mailAgain")}</Submit>
          </form>
        </Panel>
      )}
      <p className="flex flex-wrap items-center justify-center gap-x-1.5 text-sm text-soft">
        <span>{t("haveAccount")}</span>
        <Link
          className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
          href="/sign-in"
        >
          {t("signIn")}
        </Link>
      </p>
    </div>
  );
}
