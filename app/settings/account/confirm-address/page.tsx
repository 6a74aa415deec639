import type { Metadata } from "next";
import Link from "next/link";
import { getTranslations } from "next-intl/server";
import { Notice } from "@/components/account/notice";
import { OpenedAs } from "@/components/form/opened-as";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Submit } from "@/components/ui/submit";
import { readAddressLink } from "@/server/account/address";
import { authorizePage } from "@/server/identity/authorize";
import { confirmAddress } from "../actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("account");
  return { title: t("confirmTitle") };
}

/**
 * Where the link that confirms an address leads: for its own user, who signs in first. Opening it does nothing: programs that
 * look through mails open links, too.
 */
export default async function ConfirmAddressPage({
  searchParams,
}: {
  searchParams: Promise<Record<string, string | string[] | undefined>>;
}) {
  const { token } = await searchParams;
  const own = typeof token === "string" ? `?token=${encodeURIComponent(token)}` : "";
  const viewer = await authorizePage(
    "/settings/account/confirm-address",
    `/settings/account/confirm-address${own}`,
  );
  const t = await getTranslations("account");
  const link = typeof token === "string" ? readAddressLink(token) : undefined;
  return (
    <div className="mx-auto grid w-full max-w-md gap-4 sm:gap-6">
      <h1 className="text-title">{t("confirmTitle")}</h1>
      <Panel className="grid gap-5">
        {link === undefined || link.userId !== viewer.id ? (
          <>
            <Notice isAlert>{link === undefined ? t("failed_expired") : t("confirmOther")}</Notice>
            <Button asChild look="quiet" className="justify-self-start">
              <Link href="/settings/account">{t("title")}</Link>
            </Button>
          </>
        ) : (
          <>
            <p>{link.isChange ? t("confirmChange") : t("confirmOwn")}</p>
            <p className="font-medium wrap-anywhere">
              <bdi>{link.email}</bdi>
            </p>
            <form action={confirmAddress}>
              <OpenedAs />
              <input type="hidden" name="token" value={typeof token === "string" ? token : ""} />
              <Submit>{t("confirm")}</Submit>
            </form>
          </>
        )}
      </Panel>
    </div>
  );
}
