import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getTranslations } from "next-intl/server";
import { Section } from "@/components/home/section";
import { MerchantRequestForm } from "@/components/merchant-request/merchant-request-form";
import { RequestState } from "@/components/merchant-request/request-state";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { latestRequestOf } from "@/db/operators/merchant-requests";
import { authorizePage } from "@/server/identity/authorize";
import { askToSell } from "./actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchantRequest");
  return { title: t("title") };
}

/** Asking to be a merchant, and what became of it. */
export default async function MerchantPage() {
  const viewer = await authorizePage("/settings/merchant", "/settings/merchant");
  const [request, t] = await Promise.all([latestRequestOf(viewer.id), getTranslations("merchantRequest")]);
  const mayAsk = viewer.role === "payer" && request?.state !== "pending";
  return (
    <div className="mx-auto grid w-full max-w-2xl grid-cols-1 gap-4 sm:gap-6">
      <div>
        <h1 className="text-title">{t("title")}</h1>
        <p className="mt-2 text-soft">{t("lead")}</p>
      </div>
      {viewer.role === "merchant" ? (
        <Section title={t("isMerchant")}>
          <p className="wrap-anywhere">
            {inElements(t.rich("shownAs", { name: viewer.name, handle: viewer.handle, bdi }))}
          </p>
        </Section>
      ) : null}
      {viewer.role === "operator" ? (
        <Section title={t("isOperator")}>
          <p>{t("operatorText")}</p>
        </Section>
      ) : null}
      {viewer.role === "payer" && request !== undefined ? <RequestState request={request} /> : null}
      {mayAsk ? (
        <Section title={t(request === undefined ? "formTitle" : "formTitleAgain")}>
          <MerchantRequestForm askToSell={askToSell} intentId={randomUUID()} handle={viewer.handle} />
        </Section>
      ) : null}
    </div>
  );
}
