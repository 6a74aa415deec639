import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { NewPage } from "@/components/selling/new-page";
import { SellForm } from "@/components/selling/sell-form";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { authorizePage } from "@/server/identity/authorize";
import { patternsOf, todayInUtc } from "@/server/orders/selling";
import { createPaymentLink } from "../actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchant");
  return { title: t("newLink") };
}

/** The form of a new payment link. To read it makes nothing: the link's id is only written into the form. */
export default async function NewPaymentLinkPage() {
  const viewer = await authorizePage("/links/new", "/links/new");
  const [t, locale] = await Promise.all([getTranslations("merchant"), getLocale()]);
  const [patterns, frozen] = await Promise.all([
    patternsOf(viewer.id, locale),
    listFrozenCurrencies(viewer.id),
  ]);
  return (
    <NewPage
      title={t("newLink")}
      frozen={frozen}
      lead={t("newLinkText")}
      back={{ href: "/links", text: t("backToLinks") }}
    >
      {patterns && (
        <SellForm
          kind="link"
          id={randomUUID()}
          patterns={patterns}
          today={todayInUtc()}
          make={createPaymentLink}
        />
      )}
    </NewPage>
  );
}
