/** Browsers that keep nothing for a page: storage that is blocked, full, or silently read-only. The server knows the key. */
import type { Page } from "@playwright/test";
import { expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, test } from "../support/fixtures.ts";
import { holdAnswer, losePresses } from "../support/in-flight.ts";

const STORAGES: { what: string; spoil: () => void }[] = [
  {
    what: "blocked",
    spoil: () => {
      for (const name of ["sessionStorage", "localStorage", "indexedDB"])
        Object.defineProperty(globalThis, name, {
          get: () => {
            throw new DOMException("The operation is insecure.", "SecurityError");
          },
        });
    },
  },
  {
    what: "full",
    spoil: () => {
      Storage.prototype.setItem = () => {
        throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
      };
    },
  },
  {
    what: "read-only without a word",
    spoil: () => {
      Storage.prototype.setItem = () => {};
    },
  },
];

const checking = (page: Page) => page.getByRole("status").filter({ hasText: "checking" });

for (const { what, spoil } of STORAGES) {
  test(`storage that is ${what}: a double click, and a reload in mid-payment, are one payment each`, async ({
    alice,
    orderId,
    baseURL,
  }) => {
    await alice.addInitScript(spoil);
    await openCheckout(alice, orderId);
    await payButton(alice).dblclick();
    await expectReceipt(alice);
    await expectPaidOnce(orderId);

    const another = await newOrder(baseURL ?? "");
    await openCheckout(alice, another);
    const { executed } = await holdAnswer(alice);
    await payButton(alice).click();
    await executed;
    await alice.reload();
    await expectReceipt(alice);
    await expectPaidOnce(another);
  });

  test(`storage that is ${what}: after a reload the page says that a press may be under way, and the next is the same payment`, async ({
    alice,
    orderId,
  }) => {
    await alice.addInitScript(spoil);
    await openCheckout(alice, orderId);
    const stopLosing = await losePresses(alice);
    await payButton(alice).click();
    await expect(checking(alice)).toBeVisible();
    await alice.reload();
    await expect(
      alice.getByRole("status").filter({ hasText: "that payment may be under way. Pressing again is safe" }),
    ).toBeVisible();
    await expect(alice.getByRole("main")).not.toContainText(/no money has moved|never will be/i);
    expect(await paymentsOf(orderId)).toEqual([]);
    stopLosing();
    await payButton(alice).click();
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
  });
}
