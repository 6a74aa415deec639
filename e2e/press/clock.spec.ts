/** Nothing about a payment is decided by a clock: whatever the browser's says, what was pressed is paid once. */
import { expectPaidOnce, newOrder } from "../support/books.ts";
import { DAY_MS, HOUR_MS, setClock } from "../support/clock.ts";
import { dropAnswers, expect, expectReceipt, openCheckout, payButton, test } from "../support/fixtures.ts";
import { holdAnswer, losePresses } from "../support/in-flight.ts";

for (const [what, offsetMs] of [
  ["a day ahead", DAY_MS],
  ["a day behind", -DAY_MS],
] as const) {
  test(`a browser whose clock is ${what} pays once, where answers are lost or the page is reloaded in mid-payment, too`, async ({
    alice,
    orderId,
    baseURL,
  }) => {
    await setClock(alice, offsetMs);
    const dropped = await dropAnswers(alice, 2);
    await openCheckout(alice, orderId);
    await payButton(alice).click();
    await expectReceipt(alice);
    expect(dropped()).toBeGreaterThan(0);
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
}

for (const [what, changedMs] of [
  ["back by an hour", -HOUR_MS],
  ["on by a day", DAY_MS],
] as const) {
  test(`a clock that is put ${what} while a press is being checked: the payer is asked, and pays once`, async ({
    alice,
    orderId,
  }) => {
    const putClock = await setClock(alice, 0);
    await openCheckout(alice, orderId);
    const stopLosing = await losePresses(alice);
    await payButton(alice).click();
    await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
    await putClock(changedMs);
    // Neither "failed" nor sent again by itself: when the press was made can no longer be told.
    const question = alice.getByRole("status").filter({ hasText: "Still not known, still checking" });
    await expect(question).toContainText("your money may have moved, once at most");
    stopLosing();
    await alice.getByRole("button", { name: "Pay now" }).click();
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
  });
}
