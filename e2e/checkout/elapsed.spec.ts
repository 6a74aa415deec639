/** While a payment is being checked it is said for how long, and no screen reader is made to say so each second. */
import { block, isApi } from "../support/blocked.ts";
import { expect, isPayment, openCheckout, payButton, test } from "../support/fixtures.ts";

test("checking says how long ago Pay was pressed, beside the live region", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await block(alice.context(), (route) => isPayment(route) || isApi(route));
  await payButton(alice).click();
  const timer = alice.getByRole("timer");
  await expect(timer).toHaveText(/^Since you pressed Pay: \d+ s$/);
  const secondsOf = async () => Number(/\d+/.exec((await timer.textContent()) ?? "")?.[0]);
  const before = await secondsOf();
  await expect.poll(secondsOf).toBeGreaterThan(before + 1);
  // A change in a live region is read out: the timer stands in none.
  await expect(alice.locator("[role=status] [role=timer], [role=alert] [role=timer]")).toHaveCount(0);
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await alice.context().unrouteAll({ behavior: "ignoreErrors" });
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
});
