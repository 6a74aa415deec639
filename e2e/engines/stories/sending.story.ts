/** Sending money: the form, its review, and Pay pressed twice. */
import { randomInt } from "node:crypto";
import { expectTransferOnce } from "../../support/books.ts";
import { CORE, expect, expectHeldByReact, expectReceipt, PAY, test } from "../story.ts";
import type { Window } from "../window.ts";

/** An amount that nobody has sent lately, so that none looks like another's. */
function newAmount(): string {
  const cents = randomInt(10_000, 99_999);
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}

/** Goes from the empty form to the review, and returns which intent it is. */
async function openReview(window: Window, amount: string): Promise<string> {
  await window.open("/send");
  await window.type("To whom", "bob");
  await window.type("Amount", amount);
  await window.press("Review");
  await window.expectPath(/\/review$/);
  await expectHeldByReact(window);
  return /\/send\/([0-9a-f-]{36})/.exec(await window.path())?.[1] ?? "";
}

test("money sent with a double click is sent once", CORE, async ({ alice }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount);
  await alice.press(PAY, 2);
  await expectReceipt(alice, `$${amount}`);
  const payment = await expectTransferOnce(intentId);
  expect(payment.amount_minor).toBe(amount.replace(".", ""));
});

test("money sent whose answer is lost is sent once", async ({ alice, line }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount);
  line.break("closed");
  await alice.press(PAY);
  await expectReceipt(alice, `$${amount}`);
  await expectTransferOnce(intentId);
});

test("money sent from two windows with one address is sent once", async ({ alice, payers, line }) => {
  const amount = newAmount();
  const intentId = await openReview(alice, amount);
  const other = await payers.window();
  await other.open(await alice.evaluate("location.pathname + location.search"));
  await expectHeldByReact(other);
  line.gather(2);
  await alice.press(PAY);
  await other.press(PAY);
  await expectReceipt(alice, `$${amount}`);
  await expectReceipt(other, `$${amount}`);
  await expectTransferOnce(intentId);
});
