/** A refund is made once however often it is pressed, by the seller of the sale alone, and never more than is left. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { reconcile } from "../../db/ledger/reconcile.ts";
import { books, newOrder, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { otherPage } from "../support/selling.ts";

/** Alice pays a new order of $38.00; its payment. */
async function sale(page: Page, baseURL: string): Promise<string> {
  const orderId = await newOrder(baseURL);
  await signIn(page, "Alice");
  await openCheckout(page, orderId);
  await payButton(page).click();
  await expectReceipt(page);
  return page.url().split("/").at(-1) ?? "";
}

const refundsOf = (paymentId: string) =>
  books()<{ amount: string; note: string | null; status: string }[]>`
    select amount_minor::text as amount, note, status from payments
     where kind = 'refund' and subject_id = ${paymentId} order by settled_at`;

test("a part that is refunded by two presses is refunded once, with its reason, and the rest can follow", async ({
  page,
  browser,
  baseURL,
}) => {
  const customer = await otherPage(browser);
  const paymentId = await sale(customer, baseURL ?? "");
  await signIn(page, "Mia");
  await page.goto(`/payments/${paymentId}/refund`);
  await expect(page).toHaveURL(/\/refund\/[0-9a-f-]{36}$/);
  await expect(page.getByLabel("How much?")).toHaveValue("38.00");
  await page.getByLabel("How much?").fill("38.01");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "at most $38.00" })).toBeFocused();
  await page.getByLabel("How much?").fill("12.50");
  await page.getByLabel(/^Reason/).fill("One bag was torn");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Check and refund");
  await expect(page.getByText("Alice (@alice)")).toBeVisible();
  const button = page.getByRole("button", { name: "Refund $12.50" });
  await expect(button).toBeEnabled();
  const review = page.url();
  await button.dblclick();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  await expect(page.getByText("One bag was torn")).toBeVisible();
  // The form that was used leads to its receipt, whatever its address says.
  const receipt = page.url();
  await page.goto(review);
  await expect(page).toHaveURL(receipt);
  expect(await refundsOf(paymentId)).toEqual([
    { amount: "1250", note: "One bag was torn", status: "succeeded" },
  ]);

  await page.goto(`/payments/${paymentId}/refund`);
  await expect(page.getByLabel("How much?")).toHaveValue("25.50");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Refund $25.50" }).click();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  await page.goto(`/payments/${paymentId}/refund`);
  await expect(page.getByText("There is nothing left to refund")).toBeVisible();
  expect(await reconcile(books())).toEqual([]);
  await customer.context().close();
});

test("the same refund in two windows is asked about before it is made twice", async ({
  page,
  browser,
  baseURL,
}) => {
  const customer = await otherPage(browser);
  const paymentId = await sale(customer, baseURL ?? "");
  await signIn(page, "Mia");
  const second = await page.context().newPage();
  for (const tab of [page, second]) {
    await tab.goto(`/payments/${paymentId}/refund`);
    await tab.getByLabel("How much?").fill("5");
    await tab.getByRole("button", { name: "Continue" }).click();
    await expect(tab.getByRole("button", { name: "Refund $5.00" })).toBeEnabled();
  }
  await page.getByRole("button", { name: "Refund $5.00" }).click();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  await second.getByRole("button", { name: "Refund $5.00" }).click();
  const question = second.getByRole("alert").filter({ hasText: "Refund as much once more?" });
  await expect(question).toContainText("You paid back $5.00 of this to Alice");
  expect(await refundsOf(paymentId)).toHaveLength(1);
  await question.getByRole("link", { name: "Yes, refund once more" }).click();
  await second.getByRole("button", { name: "Refund $5.00" }).click();
  await expect(second).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  expect(await refundsOf(paymentId)).toHaveLength(2);
  await customer.context().close();
});

test("without JavaScript a refund is reviewed, continued and made once", async ({ browser, baseURL }) => {
  const customer = await otherPage(browser);
  const paymentId = await sale(customer, baseURL ?? "");
  const page = await otherPage(browser, { javaScriptEnabled: false });
  await signIn(page, "Mia");
  await page.goto(`/payments/${paymentId}/refund`);
  await page.getByLabel("How much?").fill("5");
  await page.getByLabel(/^Reason/).fill("Kulanz, „gern“");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(page).toHaveURL(/\/form\?key=/);
  const inputs = page.locator("form[action$='/pay'] input[type=hidden]");
  const fields = await inputs.evaluateAll((all) =>
    all.map((input) => [input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""] as const),
  );
  const action = (await page.locator("form[action$='/pay']").getAttribute("action")) ?? "";
  const post = () =>
    page.request.post(action, {
      form: Object.fromEntries(fields),
      headers: { origin: baseURL ?? "" },
      maxRedirects: 0,
    });
  const places = (await Promise.all([post(), post()])).map((answer) => answer.headers().location);
  expect(new Set(places).size).toBe(1);
  await page.getByRole("button", { name: "Refund $5.00" }).click();
  await expect(page).toHaveURL(places[0] ?? "");
  expect(await refundsOf(paymentId)).toEqual([
    { amount: "500", note: "Kulanz, „gern“", status: "succeeded" },
  ]);
  await customer.context().close();
  await page.context().close();
});

test("nobody but who was paid finds the page of a refund, or makes one by its addresses", async ({
  page,
  browser,
  baseURL,
}) => {
  const paymentId = await sale(page, baseURL ?? "");
  const intentId = randomUUID();
  const stranger = await otherPage(browser);
  await signIn(stranger, "Bob");
  for (const who of [page, stranger]) {
    for (const path of [`/payments/${paymentId}/refund`, `/payments/${paymentId}/refund/${intentId}`]) {
      const answer = await who.goto(path);
      expect(answer?.status(), path).toBe(404);
    }
    const user = await userIdOf(who === stranger ? "bob" : "alice");
    const form = { user, amountMinor: "100", idempotency_key: randomUUID() };
    for (const step of ["continue", "pay"])
      await who.request.post(`/payments/${paymentId}/refund/${intentId}/${step}`, {
        form,
        headers: { origin: baseURL ?? "" },
        maxRedirects: 0,
      });
  }
  expect(await refundsOf(paymentId)).toEqual([]);
  await stranger.context().close();
});
