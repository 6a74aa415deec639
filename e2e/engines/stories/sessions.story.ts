/** The session changes, or the order ends, while the checkout is open in another window. */

import { reconcile } from "../../../db/ledger/reconcile.ts";
import { books, paymentsOf } from "../../support/books.ts";
import { CORE, expect, expectReceiptOfOnePayment, openCheckout, PAY, SERVER, test } from "../story.ts";

test(
  "signed out in another window, a press moves nothing; signed in again, it pays once",
  CORE,
  async ({ alice, payers, orderId }) => {
    await openCheckout(alice, orderId);
    const other = await payers.window();
    await other.open("/");
    await payers.signOut(other);
    await alice.press(PAY);
    await alice.expectWords("Please sign in again");
    expect(await paymentsOf(orderId)).toEqual([]);
    await payers.signedIn("Alice");
    await alice.open(`/checkout/${orderId}`);
    await expectReceiptOfOnePayment(alice, orderId);
  },
);

test(
  "with somebody else signed in from another window, a press charges neither",
  CORE,
  async ({ alice, payers, orderId }) => {
    await openCheckout(alice, orderId);
    await payers.signedIn("Bob");
    await alice.press(PAY);
    await alice.expectWords("Please sign in again");
    expect(await paymentsOf(orderId)).toEqual([]);
    expect(await reconcile(books())).toEqual([]);
  },
);

test(
  "an order that is cancelled while its checkout is open is declined, and no money moves",
  CORE,
  async ({ alice, orderId }) => {
    await openCheckout(alice, orderId);
    const cancelled = await fetch(`${SERVER}/api/orders/${orderId}`, {
      method: "DELETE",
      headers: { authorization: "Bearer once_demo_mia" },
    });
    expect(cancelled.status).toBe(200);
    await alice.press(PAY);
    await alice.expectWords("No money has moved");
    await alice.expectWords("This order has been cancelled");
    expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(["declined"]);
    expect(await reconcile(books())).toEqual([]);
  },
);
