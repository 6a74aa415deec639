/**
 * Every request of a payment's course is sent twice, as a proxy or a browser does that heard no answer: at once, and again once it
 * was answered. One order, one payment, and nobody notices.
 */
import { books, expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
import { signIn } from "../support/fixtures.ts";
import { latestOrderOf, payByWhatIsOffered } from "./payer.ts";
import { expect, test } from "./through-proxy.ts";

const isPlain = (label: string) => !label.includes("/_next/static");

async function counts(): Promise<{ orders: number; payments: number }> {
  const [row] = await books()<{ orders: number; payments: number }[]>`
    select (select count(*)::int from orders) as orders, (select count(*)::int from payments) as payments`;
  if (!row) throw new Error("Bug: a count has no row.");
  return row;
}

for (const how of ["scripted", "plain"] as const)
  for (const [when, treatment] of [
    ["at once", "double"],
    ["again once it was answered", "repeat"],
  ] as const)
    test(`every request sent twice, ${when}, from signing in to the receipt: one order, one payment (${how})`, async ({
      browser,
      wire,
    }) => {
      const before = await counts();
      const context = await browser.newContext({
        baseURL: wire.address,
        javaScriptEnabled: how === "scripted",
      });
      const page = await context.newPage();
      wire.treat(({ label }) => (isPlain(label) ? treatment : "pass"));
      await page.goto("/sign-in");
      const pressed = await payByWhatIsOffered(page, how);
      const course = ["Continue as Alice", "Order", ...(how === "plain" ? ["Continue"] : []), "Pay"];
      expect(pressed).toEqual(course);
      await expectPaidOnce(await latestOrderOf("alice"));
      expect(await counts()).toEqual({ orders: before.orders + 1, payments: before.payments + 1 });
      await context.close();
    });

test("a merchant's order and a refund, every request sent twice: one of each", async ({
  browser,
  wire,
  alice,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "");
  await alice.goto(`/checkout/${orderId}`);
  wire.treat(({ label }) => (isPlain(label) ? "double" : "pass"));
  await alice.getByRole("button", { name: /^Pay / }).click();
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
  const { id } = await expectPaidOnce(orderId);
  const context = await browser.newContext({ baseURL: wire.address });
  const mia = await context.newPage();
  await signIn(mia, "Mia");
  const before = await counts();
  // An order by the API, as a program of hers puts one.
  const put = await mia.request.put(`/api/orders/${crypto.randomUUID()}`, {
    headers: { authorization: "Bearer once_demo_mia" },
    data: {
      description: "House espresso",
      currency: "USD",
      items: [{ description: "House espresso, 1 kg", quantity: 1, amountMinor: "1900" }],
    },
  });
  expect([200, 201]).toContain(put.status());
  await mia.goto(`/payments/${id}/refund`);
  await mia.getByRole("button", { name: /^(Continue|Review)/ }).click();
  await mia.getByRole("button", { name: /^Refund \D*\d/ }).click();
  await expect(mia.getByRole("heading", { level: 1 })).toHaveText(/^Paid back/);
  expect(await counts()).toEqual({ orders: before.orders + 1, payments: before.payments + 1 });
  expect(await paymentsOf(orderId)).toHaveLength(1);
  await context.close();
});
