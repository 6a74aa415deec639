/** The tour of the demo keeps what it says: its presses are real requests, its order is a real one, and it is charged once. */
import { expectPaidOnce } from "../support/books.ts";
import { expect, payButton, test } from "../support/fixtures.ts";

test("every press is sent, and it is charged once", async ({ page }) => {
  const orders: string[] = [];
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/payments"))
      orders.push((request.postDataJSON() as { orderId: string }).orderId);
  });
  await page.goto("/");
  await page.getByRole("button", { name: "Try it as Alice" }).click();
  const tour = page.getByRole("region", { name: "The promise, in 30 seconds" });
  await tour.getByRole("button", { name: "Start with an espresso" }).click();
  const pay = tour.getByRole("button", { name: "Pay $3.20" });
  await pay.dblclick();
  const result = tour.getByRole("status").filter({ hasText: "Received" });
  await expect(result).toHaveText("Received 2 times, charged once.");
  await pay.click();
  await expect(result).toHaveText("Received 3 times, charged once.");
  expect(orders).toHaveLength(3);
  expect(new Set(orders).size).toBe(1);
  const payment = await expectPaidOnce(orders[0] ?? "");
  expect(payment.amount_minor).toBe("320");
  await tour.getByRole("link", { name: "See the receipt" }).click();
  await expect(page).toHaveURL(`/payments/${payment.id}`);
  await expect(page.getByRole("main")).toContainText("Pay was received 3 times and charged once");
});

test("begun again after a reload it goes on with its open order", async ({ alice }) => {
  const orders: string[] = [];
  alice.on("request", (request) => {
    if (request.method() === "POST" && request.url().endsWith("/api/idempotency-keys"))
      orders.push((request.postDataJSON() as { purpose: { orderId: string } }).purpose.orderId);
  });
  const tour = alice.getByRole("region", { name: "The promise, in 30 seconds" });
  for (const _ of ["at first", "again"]) {
    await alice.reload();
    await tour.getByRole("button", { name: "Start with an espresso" }).click();
    await expect(tour.getByRole("button", { name: "Pay $3.20" })).toBeVisible();
  }
  expect(orders).toHaveLength(2);
  expect(new Set(orders).size).toBe(1);
});

test("somebody who has seen it takes it off, in this browser for good", async ({ alice }) => {
  const tour = alice.getByRole("region", { name: "The promise, in 30 seconds" });
  await tour.getByRole("button", { name: "Do not show this again" }).click();
  await expect(tour).toHaveCount(0);
  await alice.reload();
  await expect(alice.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(tour).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("it leads to the order's checkout", async ({ alice }) => {
    await alice.getByRole("button", { name: "Start with an espresso" }).click();
    await alice.waitForURL(/\/checkout\//);
    await alice.getByRole("button", { name: "Continue", exact: true }).click();
    await expect(payButton(alice)).toHaveText("Pay $3.20");
  });
});
