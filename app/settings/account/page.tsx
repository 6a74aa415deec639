import type { Metadata } from "next";
import { headers } from "next/headers";
import { getTranslations } from "next-intl/server";
import { Address } from "@/components/account/address";
import { ChangePassword } from "@/components/account/new-password";
import { Notice } from "@/components/account/notice";
import { SessionList } from "@/components/account/session-list";
import { Section } from "@/components/home/section";
import { listSessions } from "@/db/identity/sessions";
import { findUserSettings } from "@/db/identity/user-settings";
import { isBacked } from "@/server/http/flash";
import { auth } from "@/server/identity/auth";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { hasMail } from "@/server/mail/delivery";
import { changeAddress, changePassword, endOtherSessions, endSession, mailConfirmation } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("account");
  return { title: t("title") };
}

const DONE = ["password", "address", "confirmation", "confirmed", "session", "sessions"] as const;
const FAILED = ["expired", "later"] as const;

/** Who somebody is here: their address, their password, and where they are signed in. */
export default async function AccountPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const viewer = await authorizePage("/settings/account", "/settings/account");
  const [{ done }, settings, sessions, own, t] = await Promise.all([
    searchParams,
    findUserSettings(viewer.id),
    listSessions(viewer.id),
    auth().api.getSession({ headers: await headers() }),
    getTranslations("account"),
  ]);
  const isTrue = await isBacked(`/settings/account?done=${done}`, viewer.id);
  const wasDone = DONE.find((one) => isTrue && one === done);
  const hasFailed = FAILED.find((one) => isTrue && one === done);
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {wasDone === undefined ? null : <Notice>{t(`done_${wasDone}`)}</Notice>}
      {hasFailed === undefined ? null : <Notice isAlert>{t(`failed_${hasFailed}`)}</Notice>}
      <Section title={t("addressTitle")}>
        <Address
          email={viewer.email}
          isVerified={settings.emailVerified}
          hasMail={hasMail()}
          isDemo={isDemo()}
          mailConfirmation={mailConfirmation}
          changeAddress={changeAddress}
        />
      </Section>
      <Section title={t("passwordTitle")} text={t("passwordText")}>
        <ChangePassword changePassword={changePassword} email={viewer.email} />
      </Section>
      <Section title={t("sessionsTitle")} text={t("sessionsText")}>
        <SessionList
          sessions={sessions}
          ownId={own?.session.id}
          endSession={endSession}
          endOtherSessions={endOtherSessions}
        />
      </Section>
    </div>
  );
}
