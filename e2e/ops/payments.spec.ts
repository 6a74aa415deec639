/** "Was this customer charged, once, and where is the money?": found and answered, and narrowed by the address alone. */
import { randomUUID } from "node:crypto";
import { violationsOn } from "../support/axe.ts";
import { newOrder } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";

const AS_ALICE = { authorization: "Bearer once_demo_alice", "content-type": "application/json" };
const AS_MIA = { ...AS_ALICE, authorization: "Bearer once_demo_mia" };

async function issue(baseURL: string, headers: typeof AS_ALICE, purpose: object): Promise<string> {
  const answer = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers,
    body: JSON.stringify({ purpose }),
  });
  return ((await answer.json()) as { key: string }).key;
}

async function send(baseURL: string, path: string, headers: typeof AS_ALICE, key: string, body: object) {
  return (
    await fetch(`${baseURL}${path}`, {
      method: "POST",
      headers: { ...headers, "idempotency-key": `"${key}"` },
      body: JSON.stringify(body),
    })
  ).status;
}

test("a payment is found by its order, and its page says that it was charged once, what came since and where the money is", async ({
  page,
  baseURL = "",
}) => {
  const orderId = await newOrder(baseURL);
  const order = { orderId, amountMinor: "3800", currency: "USD" };
  const key = await issue(baseURL, AS_ALICE, { kind: "order", orderId });
  for (const _ of ["first", "again"])
    expect(await send(baseURL, "/api/payments", AS_ALICE, key, order)).toBe(201);
  const refundKey = await issue(baseURL, AS_MIA, { kind: "refund", paymentId: key, intentId: randomUUID() });
  expect(
    await send(baseURL, `/api/payments/${key}/refunds`, AS_MIA, refundKey, {
      amountMinor: "500",
      currency: "USD",
    }),
  ).toBe(201);

  await signIn(page, "Omar");
  await page.goto("/ops/payments");
  await page.getByLabel(/^Payment, key, order/).fill(orderId);
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page.getByText("Payments and tries for this order.")).toBeVisible();
  await page
    .getByRole("table")
    .getByRole("link", { name: key.slice(-12) })
    .click();
  await expect(page.getByText("Charged once: Alice paid $38.00 to Bluebird Coffee.")).toBeVisible();
  await expect(page.getByText("$5.00 of $38.00 has been paid back since.")).toBeVisible();
  const timeline = page.getByRole("region", { name: "Timeline" });
  // Arrivals are written down within about a second.
  await expect(async () => {
    await page.reload();
    await expect(timeline.getByText("Request arrived again: same answer, nothing moved")).toBeVisible({
      timeout: 1_000,
    });
  }).toPass();
  for (const text of ["Key issued", "Request arrived: paid", "Settled: paid, $38.00", "Refunded: $5.00"])
    await expect(timeline.getByText(text, { exact: true })).toBeVisible();
  await expect(page.getByRole("link", { name: "Refund…" })).toHaveAttribute(
    "href",
    `/ops/payments/${key}/refund`,
  );
  expect(await violationsOn(page)).toEqual([]);
});

test("the list is narrowed and sorted by its address, without JavaScript too, and is given as CSV", async ({
  browser,
  baseURL = "",
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false, baseURL });
  const page = await context.newPage();
  await signIn(page, "Omar");
  await page.goto("/ops/payments");
  await page.getByRole("link", { name: "Largest" }).click();
  await expect(page).toHaveURL(/sort=-amount/);
  const amounts = page.getByRole("table").getByRole("cell", { name: /^Amount?.*\$/ });
  const minor = async () =>
    (await amounts.allInnerTexts()).map((text) => Number(text.replaceAll(/[^\d]/g, "")));
  const largest = await minor();
  expect(largest.length).toBeGreaterThan(1);
  expect(largest).toEqual(largest.toSorted((a, b) => b - a));
  await page.getByRole("columnheader", { name: "Amount" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=amount/);
  const smallest = await minor();
  expect(smallest).toEqual(smallest.toSorted((a, b) => a - b));

  await page.getByLabel("Kind").selectOption("top-up");
  await page.getByRole("button", { name: "Show" }).click();
  await expect(page).toHaveURL(/kind=top-up.*sort=amount/);
  const csv = await page.request.get("/ops/payments/export.csv?kind=top-up&currency=USD");
  const [header, ...rows] = (await csv.text()).trim().split("\r\n");
  expect(header).toContain("settled_at,payment_id,kind,status");
  expect(rows.length).toBeGreaterThan(0);
  expect(rows.every((row) => row.includes(",top-up,succeeded,,USD,"))).toBe(true);
  expect((await page.request.get("/ops/payments/export.csv?kind=gift", { maxRedirects: 0 })).status()).toBe(
    303,
  );
  await context.close();
});
