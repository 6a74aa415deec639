import type { Metadata } from "next";
import { HomeOfMerchant } from "@/components/home/home-of-merchant";
import { HomeOfPayer } from "@/components/home/home-of-payer";
import { Welcome } from "@/components/home/welcome";
import { readAccountStates } from "@/db/activity/account-states";
import { readHistory } from "@/db/activity/history";
import { listAccounts } from "@/db/ledger/accounts";
import { listOpenOrders, listOrdersOf } from "@/db/orders/orders";
import { robotsFor } from "@/server/http/well-known/robots";
import { authorizePage } from "@/server/identity/authorize";
import { isDemo } from "@/server/lifecycle/environment";
import { createDemoOrder } from "./actions";

/** What fits a start page; the rest is one link away. */
const LISTED = 6;
/** Enough of a merchant's orders that some of them are sales. */
const LISTED_ORDERS_OF_MERCHANT = 30;

export function generateMetadata(): Metadata {
  return { robots: robotsFor("/") };
}

export default async function HomePage() {
  const viewer = await authorizePage("/", "/");
  if (viewer === undefined) return <Welcome isDemo={isDemo()} />;
  if (viewer.role === "merchant") {
    const [accounts, orders] = await Promise.all([
      listAccounts(viewer.id),
      listOrdersOf(viewer.id, LISTED_ORDERS_OF_MERCHANT),
    ]);
    return (
      <HomeOfMerchant
        viewer={viewer}
        accounts={accounts}
        openOrders={orders.filter((order) => order.state !== "paid").slice(0, LISTED)}
        sales={orders.filter((order) => order.state === "paid").slice(0, LISTED)}
      />
    );
  }
  const accounts = await readAccountStates(viewer.id);
  const [recent, openOrders] = await Promise.all([
    readHistory(viewer.id, accounts, {}, { limit: LISTED }),
    // Whoever knows an order's address may pay it; only the demo lists those of everybody.
    isDemo() ? listOpenOrders(LISTED) : [],
  ]);
  return (
    <HomeOfPayer
      viewer={viewer}
      accounts={accounts.map((account) => ({ ...account, balanceMinor: account.balanceMinor.toString() }))}
      movements={recent.movements}
      openOrders={openOrders}
      createDemoOrder={isDemo() ? createDemoOrder : undefined}
    />
  );
}
