import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { LoadAgain, Outdated } from "@/components/site/outdated";
import { safeReturnPath } from "@/lib/return-path";
import { isBacked } from "@/server/http/flash";
import { robotsFor } from "@/server/http/well-known/robots";
import { authorizePage } from "@/server/identity/authorize";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("outdated");
  return { title: t("load"), robots: robotsFor("/outdated") };
}

/** Where a form without JavaScript leads whose action this build does not know (server/http/node-server/outdated-actions.ts). */
export default async function OutdatedPage({ searchParams }: Props) {
  const [{ from }] = await Promise.all([searchParams, authorizePage("/outdated", "/outdated")]);
  const address = safeReturnPath(from);
  const isToldNow =
    typeof from === "string" && (await isBacked(`/outdated?${new URLSearchParams({ from })}`, ""));
  return isToldNow ? <Outdated address={address} /> : <LoadAgain address={address} />;
}
