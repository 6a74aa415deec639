/** Any key is looked up; an open one is revoked for somebody, and what they have before them then behaves as after any void. */
import { violationsOn } from "../support/axe.ts";
import { expectPaidOnce, paymentsOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";

test("a payer's key is revoked with a reason, twice alike; the payer's press is told so, and pays under another", async ({
  browser,
  alice,
  orderId,
  baseURL,
}) => {
  await openCheckout(alice, orderId);
  const context = await browser.newContext(baseURL ? { baseURL } : {});
  const omar = await context.newPage();
  await signIn(omar, "Omar");
  await omar.goto("/ops/keys?owner=alice&kind=order");
  await omar.getByRole("table").getByRole("rowheader").first().getByRole("link").click();
  await expect(omar.getByText("Not paid so far: the form is open.")).toBeVisible();
  const address = omar.url();
  expect(await violationsOn(omar)).toEqual([]);

  // The same page in another tab, where it is pressed later.
  const later = await context.newPage();
  await later.goto(address);
  await omar.getByRole("button", { name: "Revoke for certain" }).click();
  await expect(omar.getByRole("alert").getByText(/Say why/)).toBeVisible();
  for (const page of [omar, later]) {
    await page.getByLabel("Reason").fill("The customer called");
    await page.getByRole("button", { name: "Revoke for certain" }).click();
    await expect(
      page.getByRole("status").getByText("Revoked: it was not paid and never will be."),
    ).toBeVisible();
    await expect(page.getByText("It was not paid and never will be.", { exact: true })).toBeVisible();
    // Once on the timeline, and once in the answer, which says who and when.
    await expect(page.getByText("The customer called")).toHaveCount(2);
    await expect(page.getByText(/^Revoked by Omar.* on .*: “The customer called”$/)).toHaveCount(1);
  }
  // An address alone claims nothing.
  await omar.context().clearCookies({ name: "once.flash" });
  await omar.reload();
  await expect(omar.getByText(/^Revoked:/)).toHaveCount(0);

  await payButton(alice).click();
  await expect(
    alice.getByText("That attempt was not carried out and never will be. No money has moved for it."),
  ).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  await context.close();
});

test("what is looked up is open, settled or void, and what is no key is said to be none", async ({
  page,
}) => {
  await signIn(page, "Omar");
  await page.goto("/ops/keys");
  const field = page.getByLabel("Any key, also one that is settled or void");
  await field.fill("not a key");
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText(/^That is no key/)).toBeVisible();
  await page.goto("/ops/keys/no%20key");
  await expect(page.getByText(/^That is no key/)).toBeVisible();
  await expect(field).toHaveValue("no key");
  await field.fill("01920000-0000-7000-8000-00000000beef");
  await page.getByRole("button", { name: "Look up" }).click();
  await expect(page.getByText("It was not paid and never will be.", { exact: true })).toBeVisible();
  // An id without a payment is a key's.
  await page.goto("/ops/payments/01920000-0000-7000-8000-00000000beef");
  await expect(page).toHaveURL(/\/ops\/keys\/01920000/);
  await page.goto("/ops/payments?kind=top-up");
  await page.getByRole("table").getByRole("rowheader").first().getByRole("link").click();
  await expect(page.getByText(/^Topped up once/)).toBeVisible();
  await page.goto(page.url().replace("/ops/payments/", "/ops/keys/"));
  await expect(page.getByText(/^It was paid, once/)).toBeVisible();
});
