/** A payment link leads whoever opens it, signed in or not, to one order of their own for each use. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expectPaidOnce, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, payButton, signIn, test } from "../support/fixtures.ts";
import { newPaymentLink, ordersOfLink, otherPage, signUp, topUp } from "../support/selling.ts";

const goOn = (page: Page) => page.getByRole("button", { name: /^(Continue to payment|Order another one)$/ });

test("a stranger who opens a link signs up, comes back with their choice, pays, and the merchant sees it at once", async ({
  page,
  browser,
}) => {
  await signIn(page, "Mia");
  const link = await newPaymentLink(page, { item: "Filter course", price: "15", quantityMax: "5" });
  const stranger = await otherPage(browser);
  await stranger.goto(link.path);
  await expect(stranger.getByRole("heading", { level: 1 })).toHaveText("Pay Bluebird Coffee");
  await stranger.getByLabel("How many?").fill("3");
  await expect(stranger.getByText("Total $45.00")).toBeVisible();
  await goOn(stranger).click();
  await expect(stranger).toHaveURL(/\/sign-in\?next=/);
  await stranger.getByRole("link", { name: "Create an account" }).click();
  const { name, handle } = await signUp(stranger);
  await expect(stranger).toHaveURL(new RegExp(`^[^?]*${link.path}\\?`));
  await expect(stranger.getByText("Your choice is still here")).toBeVisible();
  await expect(stranger.getByLabel("How many?")).toHaveValue("3");
  expect(await ordersOfLink(link.id)).toEqual([]);
  await topUp(stranger, "10000");
  await goOn(stranger).click();
  await expect(stranger).toHaveURL(/\/checkout\//);
  const [order] = await ordersOfLink(link.id);
  expect(order?.total).toBe("4500");
  await page.goto(`/orders/${order?.id}`);
  await expect(page.getByText("Not paid yet")).toBeVisible();
  await payButton(stranger).click();
  await expectReceipt(stranger, "$45.00");
  await expect(
    page.getByRole("status").filter({ hasText: `${name} (@${handle}) has paid $45.00` }),
  ).toBeVisible();
  await expectPaidOnce(order?.id ?? "");
  await stranger.context().close();
});

test("whoever has an account signs in on the way, and loses nothing either; without JavaScript the same", async ({
  page,
  browser,
}) => {
  await signIn(page, "Mia");
  const link = await newPaymentLink(page, { item: "Tasting", price: "8", quantityMax: "4" });
  for (const javaScriptEnabled of [true, false]) {
    const before = (await ordersOfLink(link.id)).length;
    const visitor = await otherPage(browser, { javaScriptEnabled });
    await visitor.goto(link.path);
    await visitor.getByLabel("How many?").fill("2");
    await goOn(visitor).click();
    await visitor.getByRole("button", { name: "Continue as Alice" }).click();
    await expect(visitor.getByLabel("How many?")).toHaveValue("2");
    await goOn(visitor).click();
    await expect(visitor).toHaveURL(/\/checkout\//);
    const made = await ordersOfLink(link.id);
    expect(made).toHaveLength(before + 1);
    expect(made.at(-1)).toMatchObject({ total: "1600", paid: false });
    await visitor.context().close();
  }
});

test("a use of a link that is pressed twice, or posted twice at once, is one order; another visit is another", async ({
  page,
  browser,
  baseURL,
}) => {
  await signIn(page, "Mia");
  const link = await newPaymentLink(page, { item: "Card", price: "3" });
  const visitor = await otherPage(browser);
  await signIn(visitor, "Bob");
  await visitor.goto(link.path);
  const form = {
    intent: await visitor.locator("input[name=intent]").inputValue(),
    user: await visitor.locator("input[name=user]").inputValue(),
  };
  const post = () =>
    visitor.request.post(`${link.path}/order`, {
      form,
      headers: { origin: baseURL ?? "" },
      maxRedirects: 0,
    });
  const places = (await Promise.all([post(), post(), post()])).map((answer) => answer.headers().location);
  expect(new Set(places).size).toBe(1);
  await goOn(visitor).dblclick();
  await expect(visitor).toHaveURL(places[0] ?? "");
  expect(await ordersOfLink(link.id)).toHaveLength(1);

  // Paid, and then the form of before is sent once more: it asks, and makes nothing by itself.
  await expect(payButton(visitor)).toBeEnabled();
  await payButton(visitor).click();
  await expectReceipt(visitor, "$3.00");
  await visitor.goto(`${link.path}?intent=${form.intent}`);
  await goOn(visitor).click();
  await expect(visitor.getByText("has made an order before")).toBeVisible();
  await visitor.getByRole("link", { name: "Open that order" }).click();
  await expectReceipt(visitor, "$3.00");
  expect(await ordersOfLink(link.id)).toHaveLength(1);
  await visitor.goto(link.path);
  await goOn(visitor).click();
  await expect(visitor).toHaveURL(/\/checkout\//);
  expect(await ordersOfLink(link.id)).toHaveLength(2);
  await visitor.context().close();
});

test("a link that is created by two presses is one; closed, it says so to everybody, and what was begun is still paid", async ({
  page,
  browser,
}) => {
  await signIn(page, "Mia");
  await page.goto("/links/new");
  await page.getByLabel("Item", { exact: true }).first().fill("Mug");
  await page.getByLabel("Price of one").first().fill("12");
  await page.getByRole("button", { name: "Create link" }).dblclick();
  await expect(page).toHaveURL(/\/links\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").at(-1) ?? "";
  const visitor = await otherPage(browser);
  await signIn(visitor, "Alice");
  await visitor.goto(`/pay/${id}`);
  await goOn(visitor).click();
  await expect(payButton(visitor)).toBeEnabled();
  const late = await otherPage(browser);
  await signIn(late, "Bob");
  await late.goto(`/pay/${id}`);

  await page.reload();
  await expect(page.getByText("By a payment link, begun by Alice (@alice)")).toBeVisible();
  await page.getByText("Close this link").click();
  await page.getByRole("button", { name: "Close for certain" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Closed: nothing can be ordered" })).toBeVisible();
  await goOn(late).click();
  await expect(late.getByText("This link is closed")).toBeVisible();
  await payButton(visitor).click();
  await expectReceipt(visitor, "$12.00");
  expect(await ordersOfLink(id)).toHaveLength(1);
  await visitor.context().close();
  await late.context().close();
});

test("a quantity that a link does not allow orders nothing", async ({ page, browser, baseURL }) => {
  await signIn(page, "Mia");
  const link = await newPaymentLink(page, { item: "Seat", price: "5", quantityMax: "3" });
  const visitor = await otherPage(browser);
  await signIn(visitor, "Bob");
  await visitor.goto(link.path);
  const intent = await visitor.locator("input[name=intent]").inputValue();
  const user = await visitor.locator("input[name=user]").inputValue();
  for (const quantity of ["4", "0", "-1", "1e1", "x", "01"]) {
    const answer = await visitor.request.post(`${link.path}/order`, {
      form: { intent, user, quantity },
      headers: { origin: baseURL ?? "" },
      maxRedirects: 0,
    });
    expect(answer.headers().location, quantity).toContain("notice=quantity");
  }
  const own = await page.request.post(`${link.path}/order`, {
    form: { intent, user: await userIdOf("mia"), quantity: "1" },
    headers: { origin: baseURL ?? "" },
    maxRedirects: 0,
  });
  expect(own.headers().location).toBe(link.path);
  expect(await ordersOfLink(link.id)).toEqual([]);
  await visitor.context().close();
});

for (const javaScriptEnabled of [true, false])
  test(`a link that is opened again shows what was ordered by it, and leads to no order of a stranger, ${javaScriptEnabled ? "with" : "without"} JavaScript`, async ({
    page,
    browser,
  }) => {
    await signIn(page, "Mia");
    const link = await newPaymentLink(page, { item: "Card", price: "3" });
    const buyer = await otherPage(browser);
    await signIn(buyer, "Bob");
    await buyer.goto(link.path);
    await goOn(buyer).click();
    await expect(payButton(buyer)).toBeEnabled();
    const [order] = await ordersOfLink(link.id);

    // Another window, script or not: the order that is begun is offered first.
    const again = await otherPage(browser, { javaScriptEnabled });
    await again.context().addCookies(await buyer.context().cookies());
    await again.goto(link.path);
    await expect(again.getByRole("link", { name: "Go on with the order you have begun" })).toHaveAttribute(
      "href",
      `/checkout/${order?.id}`,
    );
    await payButton(buyer).click();
    await expectReceipt(buyer, "$3.00");
    await again.goto(link.path);
    await expect(again.getByText(/^You paid \$3\.00, (now|.+ ago)\.$/)).toBeVisible();
    await expect(again.getByRole("button", { name: "Order another one" })).toBeVisible();
    await again.getByRole("link", { name: "Receipt" }).click();
    await expectReceipt(again, "$3.00");
    expect(await ordersOfLink(link.id)).toHaveLength(1);

    const stranger = await otherPage(browser, { javaScriptEnabled });
    await signIn(stranger, "Alice");
    await stranger.goto(`${link.path}?notice=used&order=${order?.id}`);
    await expect(stranger.getByText("has made an order before")).toHaveCount(0);
    await expect(stranger.getByRole("link", { name: "Open that order" })).toHaveCount(0);
    for (const one of [buyer, again, stranger]) await one.context().close();
  });

test("whoever has begun as many orders as there can be cancels one, without JavaScript, and orders again", async ({
  page,
  browser,
  baseURL,
}) => {
  await signIn(page, "Mia");
  const link = await newPaymentLink(page, { item: "Cup", price: "3", quantityMax: "20" });
  const buyer = await otherPage(browser, { javaScriptEnabled: false });
  await signIn(buyer, "Bob");
  const user = await userIdOf("bob");
  const post = (path: string, form: Record<string, string>) =>
    buyer.request.post(path, {
      form: { user, ...form },
      headers: { origin: baseURL ?? "" },
      maxRedirects: 0,
    });
  for (let quantity = 1; quantity <= 11; quantity++)
    await post(`${link.path}/order`, { intent: randomUUID(), quantity: String(quantity) });
  expect(await ordersOfLink(link.id)).toHaveLength(10);
  await buyer.goto(link.path);
  await expect(buyer.getByRole("link", { name: "Go on with the order you have begun" })).toHaveCount(10);
  await expect(buyer.getByText("You have begun 10 orders here without paying them")).toBeVisible();
  await expect(buyer.getByRole("button", { name: "Order another one" })).toHaveCount(0);
  await buyer.getByText("Cancel this order").first().click();
  await buyer.getByRole("button", { name: "Cancel order" }).first().click();
  await expect(buyer.getByText("The order is cancelled.")).toBeVisible();
  await expect(buyer.getByRole("link", { name: "Go on with the order you have begun" })).toHaveCount(9);
  await expect(buyer.getByRole("button", { name: "Order another one" })).toBeVisible();
  await buyer.context().close();
});
