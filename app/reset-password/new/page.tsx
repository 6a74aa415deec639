import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { NewPassword } from "@/components/account/new-password";
import { Panel } from "@/components/ui/panel";
import { authorizePage } from "@/server/identity/authorize";
import { setNewPassword } from "../actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("account");
  return { title: t("newTitle") };
}

/** Where the link for a new password leads. Opening it does nothing, and does not say whether the link is good. */
export default async function NewPasswordPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  await authorizePage("/reset-password/new", "/reset-password");
  const [{ token }, t] = await Promise.all([searchParams, getTranslations("account")]);
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("newTitle")}</h1>
        <p className="mt-2 text-soft">{t("newLead")}</p>
      </div>
      <Panel>
        <NewPassword setNewPassword={setNewPassword} token={typeof token === "string" ? token : ""} />
      </Panel>
      <p className="text-center text-sm">
        <Link
          className="inline-flex min-h-11 min-w-11 items-center text-accent-text underline underline-offset-4"
          href="/reset-password"
        >
          {t("newAgain")}
        </Link>
      </p>
    </div>
  );
}
