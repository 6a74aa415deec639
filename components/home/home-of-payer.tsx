import Link from "next/link";
import { useTranslations } from "next-intl";
import type { ReactElement } from "react";
import { FrozenAccounts } from "@/components/account/frozen-accounts";
import { MovementList } from "@/components/activity/movement-list";
import { NoMovements } from "@/components/activity/no-movements";
import { OrderList } from "@/components/orders/order-list";
import { RequestList } from "@/components/request/request-list";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import type { Movement } from "@/lib/activity/movement";
import type { Order } from "@/lib/api/order";
import { type Account, Balances } from "./balances";
import { Menu } from "./menu";
import { Section } from "./section";

/** The start page of somebody who pays: what there is, what is to pay, what was paid. */
export function HomeOfPayer({
  viewer,
  accounts,
  frozen = [],
  movements,
  openOrders,
  requests,
  createDemoOrder,
  isOperator = false,
  tour = null,
}: {
  viewer: { id: string; name: string; handle: string };
  accounts: Account[];
  /** The currencies of those that are frozen. */
  frozen?: readonly string[];
  movements: Movement[];
  /** Those of everybody, in the demo. */
  openOrders: Order[] | undefined;
  /** What they have asked others to pay, the latest. */
  requests: Order[];
  createDemoOrder: ((formData: FormData) => Promise<void>) | undefined;
  isOperator?: boolean;
  tour?: ReactElement | null;
}) {
  const t = useTranslations();
  return (
    <>
      <h1 className="mb-6 text-title wrap-anywhere">
        {inElements(t.rich("home.greeting", { name: viewer.name, bdi }))}
      </h1>
      {isOperator ? <p className="mb-6 text-soft">{t("home.operating")}</p> : null}
      {tour}
      <FrozenAccounts currencies={frozen} />
      <div className="grid grid-cols-1 items-start gap-4 sm:gap-6 lg:grid-cols-2">
        <Section title={t("home.balances")} className="lg:col-span-2">
          <Balances accounts={accounts} />
          <div className="mt-6 grid gap-3 sm:flex sm:flex-wrap">
            {/* Plain links: each begins something new, which no cache may hold. */}
            <Button asChild>
              <a href="/send">{t("home.send")}</a>
            </Button>
            <Button asChild look="quiet">
              <a href="/request">{t("home.request")}</a>
            </Button>
            {createDemoOrder === undefined ? null : (
              <Button asChild look="quiet">
                <a href="/top-up">{t("home.topUp")}</a>
              </Button>
            )}
          </div>
        </Section>
        <div className="grid grid-cols-1 gap-4 sm:gap-6">
          {createDemoOrder === undefined ? null : <Menu createDemoOrder={createDemoOrder} />}
          {/* Outside the demo nobody knows what somebody owes: an order is paid by whoever has its address. */}
          {openOrders === undefined ? null : (
            <Section title={t("home.toPay")}>
              {openOrders.length > 0 ? (
                <OrderList orders={openOrders} />
              ) : (
                <p className="text-soft">{t("home.noOrders")}</p>
              )}
            </Section>
          )}
          {requests.length > 0 ? (
            <Section
              title={t("home.requests")}
              action={
                <Link
                  href="/requests"
                  className="-my-2.5 inline-flex min-h-11 items-center rounded-xl text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
                >
                  {t("home.allRequests")}
                </Link>
              }
            >
              <RequestList requests={requests} />
            </Section>
          ) : null}
        </div>
        <Section
          title={t("home.recent")}
          action={
            <Link
              href="/payments"
              className="-my-2.5 inline-flex min-h-11 items-center rounded-xl text-sm font-semibold text-accent-text underline-offset-4 hover:underline"
            >
              {t("home.allPayments")}
            </Link>
          }
        >
          {movements.length > 0 ? (
            <MovementList movements={movements} />
          ) : (
            <NoMovements isMerchant={false} handle={viewer.handle} isAtStart />
          )}
        </Section>
      </div>
    </>
  );
}
