import { randomUUID } from "node:crypto";
import type { Metadata } from "next";
import { cookies } from "next/headers";
import { getLocale } from "next-intl/server";
import { HomeOfMerchant } from "@/components/home/home-of-merchant";
import { HomeOfPayer } from "@/components/home/home-of-payer";
import { Welcome } from "@/components/home/welcome";
import { TourSection } from "@/components/tour/tour-section";
import { readAccountStates } from "@/db/activity/account-states";
import { readHistory } from "@/db/activity/history";
import { listAccounts, listFrozenCurrencies } from "@/db/ledger/accounts";
import { searchOrdersOf } from "@/db/orders/merchant-orders";
import { listOpenOrders, listOrdersOf } from "@/db/orders/orders";
import { searchSalesOf } from "@/db/payments/views/sales";
import { MENU, TOUR_COOKIE, TOUR_SKU } from "@/lib/menu";
import { formatMoney } from "@/lib/money";
import { robotsFor } from "@/server/http/well-known/robots";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { createDemoOrder } from "./actions";
import { signInAsDemo } from "./sign-in/actions";
import { dismissTour, readTour, startTour } from "./tour-actions";

/** What fits a start page; the rest is one link away. */
const LISTED = 6;
/** What somebody has asked for lately: enough to see one paid. */
const LISTED_REQUESTS = 3;

export function generateMetadata(): Metadata {
  return { robots: robotsFor("/") };
}

export default async function HomePage() {
  const viewer = await authorizePage("/", "/");
  if (viewer === undefined) return <Welcome signInAsDemo={isDemo() ? signInAsDemo : undefined} />;
  if (viewer.role === "merchant") {
    const [accounts, frozen, sales, openOrders] = await Promise.all([
      listAccounts(viewer.id),
      listFrozenCurrencies(viewer.id),
      searchSalesOf(viewer.id, {}, { limit: LISTED }),
      searchOrdersOf(viewer.id, { state: "open" }, { limit: LISTED }),
    ]);
    return (
      <HomeOfMerchant
        viewer={viewer}
        accounts={accounts}
        frozen={frozen}
        openOrders={openOrders.entries}
        sales={sales.entries}
      />
    );
  }
  const isTourShown = isDemo() && viewer.role === "payer" && !(await cookies()).has(TOUR_COOKIE);
  const accounts = await readAccountStates(viewer.id);
  const [recent, frozen, openOrders, requests, locale] = await Promise.all([
    readHistory(viewer.id, accounts, {}, { limit: LISTED }),
    listFrozenCurrencies(viewer.id),
    // Whoever knows an order's address may pay it; only the demo lists those of everybody.
    isDemo() ? listOpenOrders(LISTED) : undefined,
    listOrdersOf(viewer.id, LISTED_REQUESTS),
    getLocale(),
  ]);
  const { amountMinor } = MENU[TOUR_SKU];
  return (
    <HomeOfPayer
      viewer={viewer}
      isOperator={viewer.role === "operator"}
      accounts={accounts.map((account) => ({ ...account, balanceMinor: account.balanceMinor.toString() }))}
      frozen={frozen}
      movements={recent.movements}
      openOrders={openOrders}
      requests={requests}
      createDemoOrder={isDemo() ? createDemoOrder : undefined}
      tour={
        isTourShown ? (
          <TourSection
            userId={viewer.id}
            orderId={randomUUID()}
            sku={TOUR_SKU}
            amountMinor={amountMinor}
            currency="USD"
            amount={formatMoney(amountMinor, "USD", locale)}
            createDemoOrder={createDemoOrder}
            startTour={startTour}
            readTour={readTour}
            dismissTour={dismissTour}
          />
        ) : null
      }
    />
  );
}
