/** What a merchant asks for is one order however often it is asked, and its end is seen as it happens. */
import { books, expectPaidOnce, newOrder } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { fillOrder, otherPage } from "../support/selling.ts";

const idIn = (address: string) => address.split("?")[0]?.split("/").at(-1) ?? "";

test("an order that is created by two presses is one, and its customer's payment is seen without a reload", async ({
  page,
  browser,
}) => {
  await signIn(page, "Mia");
  await page.getByRole("link", { name: "New order" }).click();
  await fillOrder(page, { item: "House espresso, 1 kg", price: "19", quantity: "2" });
  await page.getByRole("button", { name: "Add an item" }).click();
  await expect(page.getByLabel("Item", { exact: true }).nth(1)).toBeFocused();
  await page.getByLabel("Item", { exact: true }).nth(1).fill("Delivery");
  await page.getByLabel("Price of one").nth(1).fill("4.50");
  await expect(page.getByText("Total $42.50")).toBeVisible();
  const id = await page.locator("input[name=id]").inputValue();
  await page.getByRole("button", { name: "Create order" }).dblclick();
  await expect(page).toHaveURL(`/orders/${id}`);
  await page.goBack();
  await page.getByRole("button", { name: "Create order" }).waitFor();
  const made = await books()`select total_minor::text as total, items from orders where id = ${id}`;
  expect(made).toMatchObject([{ total: "4250", items: [{ quantity: 2 }, { amountMinor: "450" }] }]);

  await page.goto(`/orders/${id}`);
  await expect(page.getByRole("status").filter({ hasText: "Not paid yet" })).toBeVisible();
  await expect(page.getByRole("img", { name: "QR code of the link" })).toBeVisible();
  const address = await page.getByLabel("Link to pay").textContent();
  let reads = 0;
  page.on("request", (request) => {
    if (request.isNavigationRequest()) reads += 1;
  });
  const customer = await otherPage(browser);
  await signIn(customer, "Alice");
  await customer.goto(address ?? "");
  await expect(payButton(customer)).toBeEnabled();
  await payButton(customer).click();
  await expectReceipt(customer, "$42.50");
  await expect(
    page.getByRole("status").filter({ hasText: "Alice (@alice) has paid $42.50, once" }),
  ).toBeVisible();
  expect(reads).toBe(0);
  await expect(page.getByRole("link", { name: "Refund" })).toBeVisible();
  await expectPaidOnce(id);
  await customer.context().close();
});

test("what is wrong is told at its field, the summary takes the focus, and nothing that was typed is lost", async ({
  page,
}) => {
  await signIn(page, "Mia");
  await page.goto("/orders/new");
  await page.getByLabel(/^Title/).fill("Breakfast");
  await page.getByLabel("Item", { exact: true }).first().fill("Croissant");
  await page.getByLabel("Quantity").first().fill("0");
  await page.getByLabel("Price of one").first().fill("abc");
  await page.getByRole("button", { name: "Create order" }).click();
  const summary = page.getByRole("alert").filter({ hasText: "Please check 2 entries" });
  await expect(summary).toBeFocused();
  await expect(page.getByLabel("Quantity")).toHaveAttribute("aria-invalid", "true");
  await summary.getByRole("link", { name: /no amount in the currency/ }).click();
  await expect(page.getByLabel("Price of one")).toBeFocused();
  for (const [label, value] of [
    [/^Title/, "Breakfast"],
    [/^Item$/, "Croissant"],
    [/^Quantity/, "0"],
    [/^Price of one/, "abc"],
  ] as const)
    await expect(page.getByLabel(label)).toHaveValue(value);
  await page.getByLabel("Quantity").fill("2");
  await page.getByLabel("Price of one").fill("3,50");
  await expect(page.getByText("Total $7.00")).toBeVisible();
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Breakfast");
});

test("a form that has made an order makes no other under its id: it says so, and then makes another", async ({
  page,
}) => {
  await signIn(page, "Mia");
  await page.goto("/orders/new");
  await fillOrder(page, { item: "Tea", price: "2" });
  const id = await page.locator("input[name=id]").inputValue();
  // As the same form in a second tab has done, with another price.
  const other = await page.request.put(`/api/orders/${id}`, {
    headers: { origin: new URL(page.url()).origin },
    data: {
      description: "Tea",
      currency: "USD",
      items: [{ description: "Tea", quantity: 1, amountMinor: "100" }],
    },
  });
  expect(other.status()).toBe(201);
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "has created something before" })).toBeVisible();
  await expect(page.getByRole("link", { name: "Open what was created before" })).toHaveAttribute(
    "href",
    `/orders/${id}`,
  );
  await expect(page.getByLabel("Price of one")).toHaveValue("2");
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page).toHaveURL(/\/orders\/[0-9a-f-]{36}$/);
  expect(idIn(page.url())).not.toBe(id);
});

test("an order is cancelled while it is open, asked about once, and nobody pays it then", async ({
  page,
  browser,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "");
  await signIn(page, "Mia");
  await page.goto(`/orders/${orderId}`);
  await page.getByText("Cancel this order").click();
  await page.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Cancelled. No money has moved." })).toBeVisible();
  await expect(page.getByText("Cancel this order")).toHaveCount(0);
  const customer = await otherPage(browser);
  await signIn(customer, "Bob");
  await customer.goto(`/checkout/${orderId}`);
  await expect(customer.getByText("This order was cancelled")).toBeVisible();
  await customer.context().close();
});

test("an order that was paid before it could be cancelled says so", async ({ page, browser, baseURL }) => {
  const orderId = await newOrder(baseURL ?? "");
  await signIn(page, "Mia");
  await page.goto(`/orders/${orderId}`);
  await page.getByText("Cancel this order").click();
  // Nothing more is read on this page, as where its connection is slow.
  await page.route("**/api/orders/**", (route) => route.abort());
  const customer = await otherPage(browser);
  await signIn(customer, "Alice");
  await openCheckout(customer, orderId);
  await payButton(customer).click();
  await expectReceipt(customer);
  await page.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(
    page.getByRole("status").filter({ hasText: "paid before it could be cancelled" }),
  ).toBeVisible();
  await expectPaidOnce(orderId);
  await customer.context().close();
});

test("a list of orders is narrowed by state and by who paid", async ({ page, baseURL }) => {
  const orderId = await newOrder(baseURL ?? "", "777", 1);
  await signIn(page, "Mia");
  await page.goto("/orders");
  await page.getByLabel("State").selectOption("open");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page).toHaveURL(/state=open/);
  await expect(page.locator(`a[href="/orders/${orderId}"]`)).toContainText("$7.77");
  await page.getByLabel("State").selectOption("cancelled");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await expect(page.locator(`a[href="/orders/${orderId}"]`)).toHaveCount(0);
  await page.goto("/orders?q=nobody-is-called-so");
  await expect(page.getByText("Nothing fits")).toBeVisible();
});

test("a form that is sent after somebody else has signed in makes nothing, says so, and keeps what was typed", async ({
  page,
  context,
}) => {
  await signIn(page, "Mia");
  await page.goto("/orders/new");
  await fillOrder(page, { item: "Wedding cake", price: "300" });
  const id = await page.locator("input[name=id]").inputValue();
  const otherTab = await context.newPage();
  await signIn(otherTab, "Bob");
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "You are now signed in as Bob" })).toBeFocused();
  await expect(page.getByLabel("Item", { exact: true }).first()).toHaveValue("Wedding cake");
  expect(await books()`select 1 from orders where id = ${id}`).toHaveLength(0);
  // Signed in again as themselves, they send it as it stands.
  await signIn(otherTab, "Mia");
  await page.getByRole("button", { name: "Create order" }).click();
  await expect(page).toHaveURL(`/orders/${id}`);
});
