/**
 * A page that reaches no server: because of a content blocker, a captive portal, a lost network. It never says "no" without having
 * looked, and it always leads on: to a payment, once, or to a final no.
 */
import type { Page } from "@playwright/test";
import { block, continueButton, isApi, payPlainly } from "../support/blocked.ts";
import { expectPaidOnce, paymentsOf } from "../support/books.ts";
import {
  agePress,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  test,
} from "../support/fixtures.ts";

/** What says that no money has moved, or that nothing was sent. */
const A_NO = /no money has moved|nothing was sent|never will be|cannot be started/i;

/** Where a press is remembered, or is not. */
const REOPENED: { what: string; reopen: (page: Page, orderId: string) => Promise<Page> }[] = [
  {
    what: "in another tab",
    reopen: async (page, orderId) => {
      const second = await page.context().newPage();
      await page.close();
      await second.goto(`/checkout/${orderId}`);
      return second;
    },
  },
  {
    what: "with storage blocked",
    reopen: async (page) => {
      await page.addInitScript(() => {
        Object.defineProperty(globalThis, "sessionStorage", {
          get: () => {
            throw new DOMException("blocked", "SecurityError");
          },
        });
      });
      await page.reload();
      return page;
    },
  },
];

for (const { what, reopen } of REOPENED) {
  test(`a press that was blocked, and a page reopened ${what} that cannot look: it says that it does not know`, async ({
    alice,
    orderId,
  }) => {
    await openCheckout(alice, orderId);
    await block(alice.context(), (route) => isPayment(route) || isApi(route));
    await payButton(alice).click();
    await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
    const page = await reopen(alice, orderId);
    await expect(page.getByRole("status").filter({ hasText: "cannot be prepared just now" })).toContainText(
      "may have moved",
    );
    await expect(page.getByRole("main")).not.toContainText(A_NO);
    await expect(continueButton(page)).toBeVisible();
  });
}

test("a press that nobody can ask about is put to the payer, who cancels it for certain once the server answers", async ({
  alice,
  orderId,
}) => {
  await loseAndBlock(alice, orderId);
  await alice.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(
    alice.getByRole("status").filter({ hasText: "do not know whether money has moved" }),
  ).toBeVisible();
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await expect(alice.getByRole("status").filter({ hasText: "never will be" })).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
});

test("a press that nobody can ask about can be paid without script, and is the same payment", async ({
  alice,
  orderId,
}) => {
  await loseAndBlock(alice, orderId);
  await payPlainly(alice);
  await expectPaidOnce(orderId);
});

test("once the server can be asked again, the payer hears that the press has not arrived so far", async ({
  alice,
  orderId,
}) => {
  await loseAndBlock(alice, orderId);
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await expect(alice.getByRole("status").filter({ hasText: "nothing had been recorded" })).toBeVisible();
  await alice.getByRole("button", { name: "Pay now" }).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

/** A press that is lost, long ago, on a page that reaches neither the action nor the API. */
async function loseAndBlock(page: Page, orderId: string): Promise<void> {
  await openCheckout(page, orderId);
  await block(page, (route) => isPayment(route) || isApi(route));
  await payButton(page).click();
  await expect(page.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await agePress(page);
  await page.reload();
  await expect(page.getByRole("status").filter({ hasText: "it cannot be reached" })).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(A_NO);
}
