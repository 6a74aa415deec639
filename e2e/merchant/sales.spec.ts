/** What a merchant has sold, and what others see of it: nothing. */
import { randomUUID } from "node:crypto";
import { books, newOrder, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { newPaymentLink, otherPage } from "../support/selling.ts";

test("sales show who paid, and add up to what is in the list; the file has the same, and no formula", async ({
  page,
  browser,
  baseURL,
}) => {
  const word = `=sum(${randomUUID().slice(0, 8)})`;
  const customer = await otherPage(browser);
  await signIn(customer, "Alice");
  for (const amountMinor of ["1900", "250"]) {
    const orderId = await newOrder(baseURL ?? "", amountMinor, 1);
    await books()`update orders set description = ${word} where id = ${orderId}`;
    await openCheckout(customer, orderId);
    await payButton(customer).click();
    await expect(customer).toHaveURL(/\/payments\//);
  }
  await signIn(page, "Mia");
  await page.getByRole("link", { name: "All sales" }).click();
  await page.getByLabel("Order, buyer or @handle").fill(word);
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.getByText("Alice (@alice)")).toHaveCount(2);
  const totals = page.getByRole("region", { name: "Totals of these sales" });
  await expect(totals).toHaveText(/USD.*2.*\$21\.50.*\$0\.00.*\$21\.50/);
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download CSV" }).click(),
  ]);
  const file = await (await download.createReadStream()).toArray();
  const [heading = "", ...lines] = Buffer.concat(file).toString("utf8").trimEnd().split("\r\n");
  expect(heading).toBe(
    "\ufeffsettled_at,payment_id,order_id,description,buyer_name,buyer_handle,currency,amount,refunded,net",
  );
  expect(lines.map((line) => line.split(",").slice(3))).toEqual([
    [`'${word}`, "Alice", "alice", "USD", "2.50", "0.00", "2.50"],
    [`'${word}`, "Alice", "alice", "USD", "19.00", "0.00", "19.00"],
  ]);
  await customer.context().close();
});

test("a payer, a stranger and nobody get no page of the merchant's, and do nothing by its addresses", async ({
  page,
  browser,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "");
  await signIn(page, "Mia");
  const link = await newPaymentLink(page, { item: "Mug", price: "3" });
  const pages = [
    "/orders",
    "/orders/new",
    `/orders/${orderId}`,
    "/links",
    "/links/new",
    `/links/${link.id}`,
    "/sales",
  ];
  const headers = { origin: baseURL ?? "" };
  const payer = await otherPage(browser);
  await signIn(payer, "Alice");
  for (const path of pages) {
    await payer.goto(path);
    await expect(payer, path).toHaveURL("/");
  }
  for (const path of [`/orders/${orderId}/cancel`, `/links/${link.id}/close`]) {
    const answer = await payer.request.post(path, {
      form: { user: await userIdOf("alice") },
      headers,
      maxRedirects: 0,
    });
    expect([answer.status(), answer.headers().location], path).toEqual([303, "/problems/forbidden"]);
    const astray = await page.request.post(path, {
      form: { user: await userIdOf("mia") },
      headers: { origin: "https://elsewhere.example" },
      maxRedirects: 0,
    });
    expect([astray.status(), astray.headers().location], path).toEqual([303, "/problems/forbidden"]);
  }
  const file = await payer.request.get("/sales/export.csv", { maxRedirects: 0 });
  expect([file.status(), file.headers().location]).toEqual([303, "/problems/forbidden"]);
  const nobody = await payer.context().browser()?.newContext();
  const unknown = await nobody?.request.get(`${baseURL}/sales/export.csv?q=x`, { maxRedirects: 0 });
  expect([unknown?.status(), unknown?.headers().location]).toEqual([
    303,
    `/sign-in?next=${encodeURIComponent("/sales?q=x")}`,
  ]);
  await nobody?.close();

  // Another merchant: what is not theirs is not there.
  await books()`update users set role = 'merchant' where id = ${await userIdOf("bob")}`;
  try {
    const other = await otherPage(browser);
    await signIn(other, "Bob");
    for (const path of [`/orders/${orderId}`, `/links/${link.id}`])
      expect((await other.goto(path))?.status(), path).toBe(404);
    for (const path of [`/orders/${orderId}/cancel`, `/links/${link.id}/close`])
      await other.request.post(path, {
        form: { user: await userIdOf("bob") },
        headers,
        maxRedirects: 0,
      });
    await other.goto("/sales");
    await expect(other.getByText("Nothing sold yet")).toBeVisible();
    await other.context().close();
  } finally {
    await books()`update users set role = 'payer' where id = ${await userIdOf("bob")}`;
  }
  await page.goto(`/orders/${orderId}`);
  await expect(page.getByText("Not paid yet")).toBeVisible();
  await page.goto(`/links/${link.id}`);
  await expect(page.getByText("Active: anybody who has the link")).toBeVisible();
  await payer.context().close();
});

test("without JavaScript an order is created with several items, shared, paid and seen", async ({
  browser,
}) => {
  const page = await otherPage(browser, { javaScriptEnabled: false });
  await signIn(page, "Mia");
  await page.goto("/orders/new");
  await expect(page.getByLabel("Item", { exact: true }).filter({ visible: true })).toHaveCount(5);
  await page.getByLabel("Item", { exact: true }).nth(0).fill("Beans");
  await page.getByLabel("Price of one").nth(0).fill("x");
  await page.getByLabel("Item", { exact: true }).nth(3).fill("Delivery");
  await page.getByLabel("Price of one").nth(3).fill("4.50");
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "Please check one entry" })).toBeVisible();
  await expect(page.getByLabel("Item", { exact: true }).nth(1)).toHaveValue("Delivery");
  await page.getByLabel("Price of one").nth(0).fill("10");
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  await expect(page.getByText("$14.50").first()).toBeVisible();
  const customer = await otherPage(browser, { javaScriptEnabled: false });
  await signIn(customer, "Alice");
  await customer.goto((await page.getByLabel("Link to pay").textContent()) ?? "");
  await customer.getByRole("button", { name: "Continue", exact: true }).click();
  await payButton(customer).click();
  await expectReceipt(customer, "$14.50");
  await page.reload();
  await expect(page.getByText("Alice (@alice) has paid $14.50")).toBeVisible();
  await customer.context().close();
  await page.context().close();
});
