/** Topping up with the demo's play money: the same form as every payment, once for each intent. */
import type { Page } from "@playwright/test";
import { continueButton } from "../support/blocked.ts";
import { expectTransferOnce } from "../support/books.ts";
import { dropAnswers, expect, signIn, test } from "../support/fixtures.ts";

const topUpButton = (page: Page) => page.getByRole("button", { name: /^Top up / });

async function openReview(page: Page, amount: string): Promise<string> {
  await page.goto("/top-up");
  await page.getByRole("textbox", { name: "Amount" }).fill(amount);
  await page.getByLabel("Currency").selectOption("USD");
  await page.getByRole("button", { name: "Review" }).click();
  await expect(page).toHaveURL(/\/review\?/);
  return /\/top-up\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
}

async function expectPaidIn(page: Page, amount: string): Promise<void> {
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Paid in: ${amount}`);
}

test("a double click tops up once", async ({ alice }) => {
  const intentId = await openReview(alice, "50");
  await expect(topUpButton(alice)).toHaveText("Top up $50.00");
  await expect(topUpButton(alice)).toBeEnabled();
  await topUpButton(alice).dblclick();
  await expectPaidIn(alice, "$50.00");
  await expectTransferOnce(intentId);
  await alice.goto(`/top-up/${intentId}`);
  await expectPaidIn(alice, "$50.00");
});

test("answers that are lost are checked, and end in one top-up", async ({ alice }) => {
  const intentId = await openReview(alice, "51");
  await expect(topUpButton(alice)).toBeEnabled();
  const dropped = await dropAnswers(alice, 2);
  await topUpButton(alice).click();
  await expectPaidIn(alice, "$51.00");
  expect(dropped()).toBeGreaterThan(0);
  await expectTransferOnce(intentId);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("it tops up once", async ({ page }) => {
    await signIn(page, "Alice");
    const intentId = await openReview(page, "52");
    await continueButton(page).click();
    await topUpButton(page).click();
    await expectPaidIn(page, "$52.00");
    await expectTransferOnce(intentId);
  });
});
