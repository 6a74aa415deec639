import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { MailSettings } from "@/components/account/mail-settings";
import { Notice } from "@/components/account/notice";
import { Panel } from "@/components/ui/panel";
import { findUserSettings } from "@/db/identity/user-settings";
import { isBacked } from "@/server/http/flash";
import { authorizePage } from "@/server/identity/authorize";
import { hasMail } from "@/server/mail/delivery";
import { saveMailSettings } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("settings");
  return { title: t("mail") };
}

/** Which mails somebody gets, and in which language. */
export default async function MailSettingsPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const viewer = await authorizePage("/settings/mail", "/settings/mail");
  const [{ saved }, settings, t] = await Promise.all([
    searchParams,
    findUserSettings(viewer.id),
    getTranslations("settings"),
  ]);
  const isSaved = saved === "1" && (await isBacked("/settings/mail?saved=1", viewer.id));
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("mail")}</h1>
        <p className="mt-2 text-soft">{t("mailLead")}</p>
      </div>
      {isSaved ? <Notice>{t("saved")}</Notice> : null}
      {hasMail() ? null : <Notice isAlert>{t("noMail")}</Notice>}
      {hasMail() && !settings.emailVerified ? (
        <Notice isAlert>
          <span>{t("unverified")}</span>
          <Link className="ml-1.5 underline underline-offset-4" href="/settings/account">
            {t("toAccount")}
          </Link>
        </Notice>
      ) : null}
      <Panel>
        <MailSettings saveMailSettings={saveMailSettings} settings={settings} />
      </Panel>
    </div>
  );
}
