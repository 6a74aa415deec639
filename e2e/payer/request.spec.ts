/** Asking somebody for money: one request, shared by its address, paid once at most, or cancelled for good. */
import type { Page } from "@playwright/test";
import { payPlainly } from "../support/blocked.ts";
import { books, expectPaidOnce, paymentsOf, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";

async function fillIn(page: Page, description: string, amount: string): Promise<void> {
  await page.goto("/request");
  await page.getByLabel("What for").fill(description);
  await page.getByRole("textbox", { name: "Amount" }).fill(amount);
  await page.getByLabel("Currency").selectOption("USD");
}

const makeButton = (page: Page) => page.getByRole("button", { name: "Make request" });
const requestOf = (page: Page) => /\/request\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";

async function requestsCalled(description: string): Promise<number> {
  const [row] = await books()<{ n: number }[]>`
    select count(*)::int as n from orders
     where merchant_id = ${await userIdOf("alice")} and description = ${description}`;
  return row?.n ?? 0;
}

test("a request is made once, paid by who gets the link, and its maker sees it paid", async ({
  alice,
  browser,
}) => {
  await fillIn(alice, "Dinner on Saturday", "25");
  await makeButton(alice).dblclick();
  await expect(alice.getByRole("status").filter({ hasText: "Waiting to be paid" })).toBeVisible();
  expect(await requestsCalled("Dinner on Saturday")).toBe(1);
  const orderId = requestOf(alice);
  const origin = new URL(alice.url()).origin;
  await expect(alice.getByText(`${origin}/checkout/${orderId}`)).toBeVisible();

  const bob = await (await browser.newContext()).newPage();
  await signIn(bob, "Bob");
  await openCheckout(bob, orderId);
  await expect(bob.getByRole("main")).toContainText("Requested by Alice, handle alice");
  await payButton(bob).dblclick();
  await expectReceipt(bob, "$25.00");
  await expectPaidOnce(orderId);
  await bob.context().close();

  // Without a reload.
  await expect(alice.getByRole("status").filter({ hasText: "The money is in your account." })).toBeVisible();
  await alice.getByRole("link", { name: "Open the receipt" }).click();
  await expect(alice.getByRole("main")).toContainText("Received from Bob");
});

test("a second request over the same amount is asked about, and paid where it is meant", async ({
  alice,
  browser,
}) => {
  const bob = await (await browser.newContext()).newPage();
  await signIn(bob, "Bob");
  const made: string[] = [];
  for (const what of ["Tickets", "More tickets"]) {
    await fillIn(alice, what, "26.01");
    await makeButton(alice).click();
    await expect(alice.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
    made.push(requestOf(alice));
  }
  const [first = "", second = ""] = made;
  // Open before the other is paid: it asks when it is pressed.
  const late = await bob.context().newPage();
  await openCheckout(late, second);
  await openCheckout(bob, first);
  await payButton(bob).click();
  await expectReceipt(bob, "$26.01");
  await payButton(late).click();
  const question = late.getByRole("alert").filter({ hasText: "You paid Alice $26.01" });
  await expect(question).toBeVisible();
  await expect(payButton(late)).toHaveCount(0);
  expect(await paymentsOf(second)).toEqual([]);
  await question.getByRole("link", { name: "Yes, pay once more" }).click();
  await payButton(late).click();
  await expectReceipt(late, "$26.01");
  await expectPaidOnce(second);
  await bob.context().close();
});

test("a request that was made never changes: sent again with another amount, it is what it was", async ({
  alice,
}) => {
  await fillIn(alice, "Never changes", "10");
  await makeButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
  const orderId = requestOf(alice);
  const posted = await alice.request.post(`/request/${orderId}/create`, {
    form: { user: await userIdOf("alice"), description: "Never changes", amount: "99", currency: "USD" },
    headers: { origin: new URL(alice.url()).origin },
    maxRedirects: 0,
  });
  expect(posted.status()).toBe(303);
  // To a new form, which says what the first has made.
  expect(posted.headers().location).toMatch(new RegExp(`^/request/(?!${orderId}).*[?&]made=${orderId}$`));
  await alice.reload();
  await expect(alice.getByRole("main")).toContainText("$10.00");
  expect(await requestsCalled("Never changes")).toBe(1);
});

test("a cancelled request can never be paid, and both are told", async ({ alice, browser }) => {
  await fillIn(alice, "Changed my mind", "11");
  await makeButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
  const orderId = requestOf(alice);
  const bob = await (await browser.newContext()).newPage();
  await signIn(bob, "Bob");
  await openCheckout(bob, orderId);
  await alice.getByText("Cancel this request").click();
  await alice.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(alice.getByRole("status").filter({ hasText: "You have cancelled it" })).toBeVisible();
  await payButton(bob).click();
  await expect(bob.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(["declined"]);
  await bob.context().close();
});

test("another's request is nobody's page: it is found at its checkout alone, and nobody else cancels it", async ({
  alice,
  browser,
}) => {
  await fillIn(alice, "Alice's own", "12");
  await makeButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
  const orderId = requestOf(alice);
  await alice.goto(`/checkout/${orderId}`);
  await expect(alice).toHaveURL(`/request/${orderId}`);

  const bob = await (await browser.newContext()).newPage();
  await signIn(bob, "Bob");
  const shown = await bob.goto(`/request/${orderId}`);
  expect(shown?.status()).toBe(404);
  await expect(bob.getByRole("main")).not.toContainText("Alice's own");
  const origin = new URL(alice.url()).origin;
  const form = { user: await userIdOf("bob"), description: "Mine now", amount: "1", currency: "USD" };
  for (const what of ["cancel", "create"])
    await bob.request.post(`/request/${orderId}/${what}`, { form, headers: { origin }, maxRedirects: 0 });
  // Nor by the routes of merchants.
  const [put, listed, cancelled] = await Promise.all([
    bob.request.put(`/api/orders/${orderId}`, { data: {}, headers: { origin } }),
    bob.request.get("/api/orders"),
    bob.request.delete(`/api/orders/${orderId}`, { headers: { origin } }),
  ]);
  expect([put.status(), listed.status(), cancelled.status()]).toEqual([403, 403, 404]);
  await bob.context().close();
  await alice.reload();
  await expect(alice.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
  await expect(alice.getByRole("main")).toContainText("$12.00");
});

test("what was asked for is listed, on its page and at the start", async ({ alice }) => {
  await fillIn(alice, "In the list", "13");
  await makeButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
  for (const path of ["/", "/requests"]) {
    await alice.goto(path);
    await alice
      .getByRole("main")
      .getByRole("link", { name: /In the list/ })
      .click();
    await expect(alice.getByRole("heading", { level: 1 })).toHaveText("In the list");
  }
});

test("a merchant makes orders instead", async ({ page }) => {
  await signIn(page, "Mia");
  await page.goto("/request");
  await expect(page).toHaveURL("/orders/new");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a request is made and paid; what is wrong is said, and what was typed stays", async ({
    page,
    browser,
  }) => {
    await signIn(page, "Alice");
    await fillIn(page, "", "14.00");
    await makeButton(page).click();
    await expect(page.getByRole("alert").filter({ hasText: "what the money is for" })).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Amount" })).toHaveValue("14.00");
    await page.getByLabel("What for").fill("Plainly asked");
    await makeButton(page).click();
    await expect(page.getByRole("status").filter({ hasText: "Waiting" })).toBeVisible();
    const orderId = requestOf(page);
    const bob = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await signIn(bob, "Bob");
    await bob.goto(`/checkout/${orderId}`);
    await payPlainly(bob, "$14.00");
    await expectPaidOnce(orderId);
    await bob.context().close();
    await page.reload();
    await expect(page.getByRole("status").filter({ hasText: "The money is in your account." })).toBeVisible();
  });
});
