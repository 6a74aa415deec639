import type { Page } from "@playwright/test";
import { books, expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
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
  const form = await fieldsOf(page);
  const post = () =>
    page.request.post(`/checkout/${orderId}/pay`, {
      form,
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

/** The hidden fields of the form with Pay. */
async function fieldsOf(page: Page): Promise<Record<string, string>> {
  const inputs = page.locator("form[action$='/pay'] input[type=hidden]");
  const pairs = await inputs.evaluateAll((all) =>
    all.map((input) => [input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""] as const),
  );
  return Object.fromEntries(pairs);
}

test("the form of a payment shows nothing to who signs in later, and the receipt to who paid", async ({
  page,
  orderId,
}) => {
  await signIn(page, "Alice");
  await page.goto(`/checkout/${orderId}`);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(payButton(page)).toBeVisible();
  const address = page.url();
  await payButton(page).click();
  await expectReceipt(page);
  await signIn(page, "Bob");
  const withoutUser = new URL(address);
  withoutUser.searchParams.delete("user");
  await page.goto(withoutUser.href);
  await expect(page).toHaveURL(`/checkout/${orderId}`);
  await expect(page.getByText("Bob was not charged")).toBeVisible();
  for (const notice of ["", "&notice=unknown", "&notice=refused"]) {
    await page.goto(address + notice);
    await expect(page).toHaveURL(/\/sign-in\?next=/);
    await expect(page.getByText("was begun by somebody else")).toBeVisible();
    await expect(page.getByText("No money has moved")).toHaveCount(0);
  }
  await page.getByRole("button", { name: "Continue as Alice" }).click();
  await expectReceipt(page);
  await expectPaidOnce(orderId);
});

test("where a press was refused, a reload while another is under way claims nothing about it", async ({
  page,
  orderId,
  baseURL,
}) => {
  await signIn(page, "Alice");
  await page.goto(`/checkout/${orderId}`);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await expect(payButton(page)).toBeVisible();
  const refused = await page.request.post(`/checkout/${orderId}/pay`, {
    form: { ...(await fieldsOf(page)), amountMinor: "1" },
    headers: { origin: baseURL ?? "" },
    maxRedirects: 0,
  });
  const address = refused.headers().location ?? "";
  await page.goto(address);
  await expect(page.getByText("An earlier press was not accepted")).toBeVisible();
  let pressed: Promise<void> | undefined;
  await books().begin(async (sql) => {
    await sql`select 1 from orders where id = ${orderId} for update`;
    pressed = payButton(page).click();
    await expect
      .poll(async () => (await books()`select 1 from pg_locks where not granted`).length)
      .toBeGreaterThan(0);
    const other = await page.context().newPage();
    await other.goto(address);
    await expect(other.getByText("your money may have moved")).toBeVisible();
    await expect(other.getByText(/no money has moved|not carried out/i)).toHaveCount(0);
    await other.close();
  });
  await pressed;
  await expectReceipt(page);
  await expectPaidOnce(orderId);
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
