import type { Metadata } from "next";
import { redirect } from "next/navigation";
import { getTranslations } from "next-intl/server";
import { RequestList } from "@/components/request/request-list";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { listOrdersOf } from "@/db/orders/orders";
import { authorizePage } from "@/server/identity/authorize";

/** More than most people ask for in a year. */
const LISTED = 100;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("request");
  return { title: t("listTitle") };
}

/** What the viewer has asked others to pay, newest first, with what became of it. */
export default async function RequestsPage() {
  const viewer = await authorizePage("/requests", "/requests");
  if (viewer.role === "merchant") redirect("/orders");
  const [requests, t] = await Promise.all([listOrdersOf(viewer.id, LISTED), getTranslations("request")]);
  return (
    <div className="mx-auto w-full max-w-2xl">
      <div className="mb-6 flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-title">{t("listTitle")}</h1>
        <Button asChild>
          <a href="/request">{t("new")}</a>
        </Button>
      </div>
      <Panel className="py-3 sm:py-4">
        {requests.length > 0 ? (
          <RequestList requests={requests} />
        ) : (
          <p className="py-2 text-soft">{t("none")}</p>
        )}
      </Panel>
    </div>
  );
}
