import { expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
import { expect, expectReceipt, payButton, signIn, test } from "../support/fixtures.ts";

test.use({ javaScriptEnabled: false });

test("a payer without JavaScript continues, pays, and sees the receipt", async ({ page, orderId }) => {
  await signIn(page, "Alice");
  await page.goto(`/checkout/${orderId}`);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(payButton(page)).toHaveText("Pay $38.00");
  await payButton(page).click();
  await expectReceipt(page);
  await expectPaidOnce(orderId);
});

test("the plain form posted twice at once leads to one payment", async ({ page, orderId, baseURL }) => {
  await signIn(page, "Alice");
  await page.goto(`/checkout/${orderId}`);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(payButton(page)).toBeVisible();
  const fields = await page
    .locator("form[action$='/pay'] input[type=hidden]")
    .evaluateAll((inputs) =>
      inputs.map((input) => [input.getAttribute("name"), input.getAttribute("value")]),
    );
  const post = () =>
    page.request.post(`/checkout/${orderId}/pay`, {
      form: Object.fromEntries(fields),
      headers: { origin: baseURL ?? "" },
      maxRedirects: 0,
    });
  const answers = await Promise.all([post(), post()]);
  const payment = await expectPaidOnce(orderId);
  expect(answers.map((answer) => [answer.status(), answer.headers().location])).toEqual([
    [303, `/payments/${payment.id}`],
    [303, `/payments/${payment.id}`],
  ]);
});

test("a decline without JavaScript says that no money has moved", async ({ page, baseURL }) => {
  const orderId = await newOrder(baseURL ?? "", "900000000000", 1);
  await signIn(page, "Bob");
  await page.goto(`/checkout/${orderId}`);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await payButton(page).click();
  await expect(page.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  // Another try is another key: a new "Continue".
  await expect(page.getByRole("button", { name: "Continue", exact: true })).toBeVisible();
  expect((await paymentsOf(orderId)).map((payment) => payment.status)).toEqual(["declined"]);
});

test("a form from another site is refused", async ({ page, orderId }) => {
  await signIn(page, "Alice");
  const answer = await page.request.post(`/checkout/${orderId}/continue`, {
    form: {},
    headers: { origin: "https://elsewhere.example" },
    maxRedirects: 0,
  });
  expect([answer.status(), answer.headers().location]).toEqual([303, "/problems/forbidden"]);
});
