import { useTranslations } from "next-intl";
import { OrderList } from "@/components/orders/order-list";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import type { Order } from "@/lib/api/order";
import { type Account, Balances } from "./balances";
import { Section } from "./section";

/** The start page of a merchant: what came in, what was sold, what is still to be paid. */
export function HomeOfMerchant({
  viewer,
  accounts,
  openOrders,
  sales,
}: {
  viewer: { name: string };
  accounts: Account[];
  openOrders: Order[];
  sales: Order[];
}) {
  const t = useTranslations("home");
  return (
    <>
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("greeting", { name: viewer.name, bdi }))}
      </h1>
      <div className="grid grid-cols-1 items-start gap-4 sm:gap-6 lg:grid-cols-2">
        <Section title={t("balances")} className="lg:col-span-2">
          <Balances accounts={accounts} />
        </Section>
        <Section title={t("sales")}>
          {sales.length > 0 ? (
            <OrderList orders={sales} showState />
          ) : (
            <p className="text-soft">{t("noSales")}</p>
          )}
        </Section>
        <Section title={t("yourOrders")}>
          {openOrders.length > 0 ? (
            <OrderList orders={openOrders} showState />
          ) : (
            <p className="text-soft">{t("noOrdersOfYours")}</p>
          )}
        </Section>
      </div>
    </>
  );
}
