import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { PageHead } from "@/components/ops/page-head";
import { authorizePage } from "@/server/identity/authorize";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("ops");
  return { title: t("title") };
}

/** What runs, and whether it is well. */
export default async function OpsPage() {
  await authorizePage("/ops", "/ops");
  const t = await getTranslations("ops");
  return <PageHead title={t("title")} lead={t("lead")} />;
}
