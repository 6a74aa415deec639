import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { getLocale, getTranslations } from "next-intl/server";
import { NewPage } from "@/components/selling/new-page";
import { SellForm } from "@/components/selling/sell-form";
import { listFrozenCurrencies } from "@/db/ledger/accounts";
import { authorizePage } from "@/server/identity/authorize";
import { patternsOf, todayInUtc } from "@/server/orders/selling";
import { createOrder } from "../actions";

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations("merchant");
  return { title: t("newOrder") };
}

/** The form of a new order. To read it makes nothing: the order's id is only written into the form. */
export default async function NewOrderPage() {
  const viewer = await authorizePage("/orders/new", "/orders/new");
  const [t, locale] = await Promise.all([getTranslations("merchant"), getLocale()]);
  const [patterns, frozen] = await Promise.all([
    patternsOf(viewer.id, locale),
    listFrozenCurrencies(viewer.id),
  ]);
  return (
    <NewPage
      title={t("newOrder")}
      frozen={frozen}
      lead={t("newOrderText")}
      back={{ href: "/orders", text: t("backToOrders") }}
    >
      {patterns && (
        <SellForm
          kind="order"
          id={randomUUID()}
          patterns={patterns}
          today={todayInUtc()}
          make={createOrder}
        />
      )}
    </NewPage>
  );
}
