import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { DemoOutboxLink } from "@/components/account/demo-outbox-link";
import { Notice } from "@/components/account/notice";
import { RequestNewPassword } from "@/components/account/request-new-password";
import { Panel } from "@/components/ui/panel";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { hasMail } from "@/server/mail/delivery";
import { requestNewPassword } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("account");
  return { title: t("resetTitle") };
}

/** A forgotten password: where to send the link. Where there is no mail, whom to ask. */
export default async function ResetPasswordPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await authorizePage("/reset-password", "/reset-password");
  const [{ sent }, t] = await Promise.all([searchParams, getTranslations("account")]);
  const isSent = sent === "1" && (await isBacked("/reset-password?sent=1", ""));
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("resetTitle")}</h1>
        {hasMail() ? <p className="mt-2 text-soft">{t("resetLead")}</p> : null}
      </div>
      {isSent && hasMail() ? <Notice>{t("resetSent")}</Notice> : null}
      {isSent && isDemo() ? <DemoOutboxLink /> : null}
      <Panel>
        {hasMail() ? (
          <RequestNewPassword requestNewPassword={requestNewPassword} />
        ) : (
          <p>{t("resetWithoutMail")}</p>
        )}
      </Panel>
      <p className="text-center text-sm">
        <Link
          className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
          href="/sign-in"
        >
          {t("toSignIn")}
        </Link>
      </p>
    </div>
  );
}
