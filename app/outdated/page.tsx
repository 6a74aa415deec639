import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Outdated } from "@/components/site/outdated";
import { safeReturnPath } from "@/lib/return-path";
import { robotsFor } from "@/server/http/well-known/robots";
import { authorizePage } from "@/server/identity/authorize";

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("outdated");
  return { title: t("title"), robots: robotsFor("/outdated") };
}

/** Where a form without JavaScript leads whose action this build does not know (server/http/node-server/outdated-actions.ts). */
export default async function OutdatedPage({ searchParams }: Props) {
  const [{ from }] = await Promise.all([searchParams, authorizePage("/outdated", "/outdated")]);
  return <Outdated address={safeReturnPath(from)} />;
}
