/** What becomes of an order, an amount or a balance while the form is open: the page and the books say the same of it. */
import { reconcile } from "../../db/ledger/reconcile.ts";
import { continueButton } from "../support/blocked.ts";
import { books, expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { isPress } from "../support/in-flight.ts";
import { signUp } from "../support/mail.ts";

const cancel = (baseURL: string | undefined, orderId: string) =>
  fetch(`${baseURL}/api/orders/${orderId}`, {
    method: "DELETE",
    headers: { authorization: "Bearer once_demo_mia" },
  });

test("an order that is cancelled while its form is open is declined: no money has moved, for whichever press", async ({
  alice,
  orderId,
  baseURL,
}) => {
  await openCheckout(alice, orderId);
  expect((await cancel(baseURL, orderId)).status).toBe(200);
  await payButton(alice).click();
  const decline = alice.getByRole("alert").filter({ hasText: "No money has moved" });
  await expect(decline).toContainText("This order has been cancelled. It can no longer be paid.");
  await expect(payButton(alice)).toHaveCount(0);
  await alice.reload();
  await expect(alice.getByText("This order was cancelled")).toBeVisible();
  expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(["declined"]);
  expect(await reconcile(books())).toEqual([]);
});

test("an order that is cancelled in the moment in which it is paid is one or the other, and everybody is told which", async ({
  alice,
  orderId,
  baseURL,
}) => {
  await openCheckout(alice, orderId);
  const [cancelled] = await Promise.all([cancel(baseURL, orderId), payButton(alice).click()]);
  if (cancelled.status === 409) {
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
  } else {
    expect(cancelled.status).toBe(200);
    await expect(alice.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
    expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(["declined"]);
    expect(await reconcile(books())).toEqual([]);
  }
});

test("a form that asks for another amount than the order's is refused; as it was shown, it is paid once", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  let altered = 0;
  await alice.route("**/*", async (route) => {
    if (!isPress(route)) return route.fallback();
    altered += 1;
    await route.continue({ postData: (route.request().postData() ?? "").replace("3800", "3700") });
  });
  await payButton(alice).click();
  const refusal = alice.getByRole("alert").filter({ hasText: "Nothing was taken for it" });
  await expect(refusal).toContainText("The order’s amount is another than the one on this page.");
  expect(altered).toBeGreaterThan(0);
  expect(await paymentsOf(orderId)).toEqual([]);
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await expect(payButton(alice)).toBeEnabled();
  await payButton(alice).click();
  await expectReceipt(alice);
  expect((await expectPaidOnce(orderId)).amount_minor).toBe("3800");
});

test("declined for want of money, topped up in another tab, and pressed again: paid once", async ({
  page,
  baseURL,
}) => {
  await signUp(page);
  const orderId = await newOrder(baseURL ?? "");
  await openCheckout(page, orderId);
  await payButton(page).click();
  const decline = page.getByRole("alert").filter({ hasText: "No money has moved" });
  await expect(decline).toContainText("Once there is enough, you can pay again.");
  const other = await page.context().newPage();
  await other.goto("/top-up");
  await other.getByRole("textbox", { name: "Amount" }).fill("50");
  await other.getByLabel("Currency").selectOption("USD");
  await other.getByRole("button", { name: "Review" }).click();
  await expect(other.getByRole("button", { name: "Top up $50.00" })).toBeEnabled();
  await other.getByRole("button", { name: "Top up $50.00" }).dblclick();
  await expect(other.getByRole("heading", { level: 1 })).toHaveText("Paid in: $50.00");
  await expect(payButton(page)).toBeEnabled();
  await payButton(page).dblclick();
  await expectReceipt(page);
  expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(["declined", "succeeded"]);
  expect(await reconcile(books())).toEqual([]);
  await page.goto("/");
  await expect(page.getByRole("main")).toContainText("$12.00");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a plain form that asks for another amount is refused; as it was shown, it is paid once", async ({
    page,
    orderId,
  }) => {
    await signIn(page, "Alice");
    await page.goto(`/checkout/${orderId}`);
    await continueButton(page).click();
    await page.route("**/pay", (route) =>
      route.continue({ postData: (route.request().postData() ?? "").replace("3800", "3700") }),
    );
    await payButton(page).click();
    await expect(page.getByText("An earlier press was not accepted")).toBeVisible();
    expect(await paymentsOf(orderId)).toEqual([]);
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await payButton(page).click();
    await expectReceipt(page);
    expect((await expectPaidOnce(orderId)).amount_minor).toBe("3800");
  });
});
