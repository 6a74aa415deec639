import type { Metadata } from "next";
import { HomeOfMerchant } from "@/components/home/home-of-merchant";
import { HomeOfPayer } from "@/components/home/home-of-payer";
import { Welcome } from "@/components/home/welcome";
import { listAccounts } from "@/db/ledger/accounts";
import { searchOrdersOf } from "@/db/orders/merchant-orders";
import { listOpenOrders, listOrdersOf } from "@/db/orders/orders";
import { listPaymentsOf } from "@/db/payments/views/queries";
import { searchSalesOf } from "@/db/payments/views/sales";
import { robotsFor } from "@/server/http/well-known/robots";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { createDemoOrder } from "./actions";

/** What fits a start page; the rest is one link away. */
const LISTED = 6;
/** What somebody has asked for lately: enough to see one paid. */
const LISTED_REQUESTS = 3;

export function generateMetadata(): Metadata {
  return { robots: robotsFor("/") };
}

export default async function HomePage() {
  const viewer = await authorizePage("/", "/");
  if (viewer === undefined) return <Welcome isDemo={isDemo()} />;
  if (viewer.role === "merchant") {
    const [accounts, sales, openOrders] = await Promise.all([
      listAccounts(viewer.id),
      searchSalesOf(viewer.id, {}, { limit: LISTED }),
      searchOrdersOf(viewer.id, { state: "open" }, { limit: LISTED }),
    ]);
    return (
      <HomeOfMerchant
        viewer={viewer}
        accounts={accounts}
        openOrders={openOrders.entries}
        sales={sales.entries}
      />
    );
  }
  const [accounts, payments, openOrders, requests] = await Promise.all([
    listAccounts(viewer.id),
    listPaymentsOf(viewer.id, LISTED),
    // Whoever knows an order's address may pay it; only the demo lists those of everybody.
    isDemo() ? listOpenOrders(LISTED) : [],
    listOrdersOf(viewer.id, LISTED_REQUESTS),
  ]);
  return (
    <HomeOfPayer
      viewer={viewer}
      accounts={accounts}
      payments={payments}
      openOrders={openOrders}
      requests={requests}
      createDemoOrder={isDemo() ? createDemoOrder : undefined}
    />
  );
}
