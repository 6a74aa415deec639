/** Browsers whose scripts are switched off. */
import { expectPaidOnce } from "../../support/books.ts";
import {
  CORE,
  expect,
  expectAnswered,
  expectReceipt,
  expectReceiptOfOnePayment,
  PAY,
  test,
} from "../story.ts";
import type { Window } from "../window.ts";

async function openForm(window: Window, orderId: string): Promise<void> {
  await window.open(`/checkout/${orderId}`);
  await window.press("Continue");
  await window.expectPath(/\/form$/);
  await window.expectButton(PAY);
}

test(
  "without scripts, the form submitted twice by a double click pays once",
  CORE,
  async ({ scriptless, orderId }) => {
    const alice = await scriptless.signedIn("Alice");
    await openForm(alice, orderId);
    await alice.press(PAY, 2);
    await expectReceiptOfOnePayment(alice, orderId);
  },
);

test("without scripts, the form pressed again while the first press is on its way pays once", async ({
  scriptless,
  orderId,
  line,
}) => {
  test.skip(test.info().project.name === "webkitgtk", "its driver ends a click when the next page is there");
  const alice = await scriptless.signedIn("Alice");
  await openForm(alice, orderId);
  line.break("held", 1);
  await alice.press(PAY);
  await expectAnswered(line, 1);
  await alice.pressAgain();
  await expectReceiptOfOnePayment(alice, orderId);
});

test("without scripts, two windows with the form pay once, and both show the receipt", async ({
  scriptless,
  orderId,
}) => {
  const alice = await scriptless.signedIn("Alice");
  const other = await scriptless.window();
  await openForm(alice, orderId);
  await openForm(other, orderId);
  await alice.press(PAY);
  await other.press(PAY);
  await expectReceipt(alice);
  await expectReceipt(other);
  await expectPaidOnce(orderId);
  expect(await alice.path()).toBe(await other.path());
});
