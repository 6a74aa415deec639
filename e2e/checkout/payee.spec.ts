/** Who is paid stands there before Pay can be pressed: by name, and by the handle that is theirs alone. */
import { expect, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";

const PAYEE = "to Bluebird Coffee (@mia)";

test("the checkout names its payee", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await expect(alice.getByText(PAYEE)).toBeVisible();
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("so does the plain form", async ({ page, orderId }) => {
    await signIn(page, "Alice");
    await page.goto(`/checkout/${orderId}`);
    await expect(page.getByText(PAYEE)).toBeVisible();
    await page.getByRole("button", { name: "Continue", exact: true }).click();
    await expect(payButton(page)).toBeVisible();
    await expect(page.getByText(PAYEE)).toBeVisible();
  });
});
