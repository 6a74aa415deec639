import Link from "next/link";
import { useTranslations } from "next-intl";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { type ListedSale, SalesList } from "@/components/sales/sales-list";
import { type ListedOrder, MerchantOrderList } from "@/components/selling/merchant-order-list";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import { type Account, Balances } from "./balances";
import { Section } from "./section";

const MORE =
  "-my-2.5 inline-flex min-h-11 min-w-11 items-center rounded-xl text-sm font-semibold text-accent-text underline-offset-4 hover:underline";

/** The start page of a merchant: what to do, what came in, what was sold, what is still to be paid. */
export function HomeOfMerchant({
  viewer,
  accounts,
  frozen = [],
  openOrders,
  sales,
}: {
  viewer: { name: string };
  accounts: Account[];
  /** The currencies of those that are frozen. */
  frozen?: readonly string[];
  openOrders: ListedOrder[];
  sales: ListedSale[];
}) {
  const t = useTranslations();
  return (
    <>
      <div className="mb-6 flex flex-wrap items-center justify-between gap-4">
        <h1 className="min-w-0 text-title wrap-anywhere">
          {inElements(t.rich("home.greeting", { name: viewer.name, bdi }))}
        </h1>
        <div className="flex flex-wrap gap-3">
          <Button asChild>
            <Link href="/orders/new">{t("merchant.newOrder")}</Link>
          </Button>
          <Button asChild look="quiet">
            <Link href="/links/new">{t("merchant.newLink")}</Link>
          </Button>
        </div>
      </div>
      <FrozenAccounts currencies={frozen} />
      <div className="grid grid-cols-1 items-start gap-4 sm:gap-6 lg:grid-cols-2">
        <Section title={t("home.balances")} className="lg:col-span-2">
          <Balances accounts={accounts} />
        </Section>
        <Section
          title={t("merchant.latestSales")}
          action={
            <Link href="/sales" className={MORE}>
              {t("merchant.allSales")}
            </Link>
          }
        >
          {sales.length > 0 ? (
            <SalesList sales={sales} />
          ) : (
            <p className="text-soft">{t("merchant.noSales")}</p>
          )}
        </Section>
        <Section
          title={t("merchant.openOrders")}
          action={
            <Link href="/orders" className={MORE}>
              {t("merchant.allOrders")}
            </Link>
          }
        >
          {openOrders.length > 0 ? (
            <MerchantOrderList orders={openOrders} />
          ) : (
            <p className="text-soft">{t("merchant.noOpenOrders")}</p>
          )}
        </Section>
      </div>
    </>
  );
}
