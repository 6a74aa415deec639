/** The page of payments: everything that moved, found by filters in the address, a page at a time, with scripts and without. */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "@playwright/test";
import { violationsOn } from "../support/axe.ts";
import { books, newOrder } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";
import { signUp } from "../support/mail.ts";

type Api = { baseURL: string | undefined; who: string };

async function call<T>({ baseURL, who }: Api, path: string, body: unknown, key?: string): Promise<T> {
  const response = await fetch(`${baseURL}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer once_demo_${who}`,
      "content-type": "application/json",
      ...(key && { "idempotency-key": `"${key}"` }),
    },
    body: JSON.stringify(body),
  });
  return (await response.json()) as T;
}

async function keyFor(api: Api, purpose: Record<string, string>): Promise<string> {
  return (await call<{ key: string }>(api, "/api/idempotency-keys", { purpose })).key;
}

/** Sends money through the API; returns the payment's id. */
async function send(api: Api, payee: string, amountMinor: string, note: string): Promise<string> {
  const key = await keyFor(api, { kind: "transfer", intentId: randomUUID() });
  await call(api, "/api/payments", { payee, amountMinor, currency: "USD", note }, key);
  return key;
}

/** A person who is new here, with an account that holds nothing, signed in. */
async function newcomer(
  browser: Browser,
  baseURL: string | undefined,
  javaScriptEnabled = true,
): Promise<{ page: Page; handle: string }> {
  const context = await browser.newContext({ baseURL: baseURL ?? "", javaScriptEnabled });
  const page = await context.newPage();
  const { handle } = await signUp(page);
  return { page, handle };
}

const rows = (page: Page) => page.locator("main li a[href^='/payments/']");
const amountsOf = (page: Page) => rows(page).locator(".figures.font-semibold").allTextContents();

for (const javaScriptEnabled of [true, false]) {
  test(`pages and filters work ${javaScriptEnabled ? "with" : "without"} JavaScript, and the balance adds up`, async ({
    browser,
    baseURL,
  }) => {
    const { page, handle } = await newcomer(browser, baseURL, javaScriptEnabled);
    await page.goto("/payments");
    await expect(page.getByText("Nothing has moved yet")).toBeVisible();
    await expect(page.getByText(`@${handle}`)).toBeVisible();

    const bob = { baseURL, who: "bob" };
    for (let n = 1; n <= 30; n += 1)
      await send(bob, handle, String(n * 100), n === 7 ? "Lucky seven" : `Nr ${n}`);
    await page.goto("/payments");
    await expect(rows(page)).toHaveCount(25);
    await expect(rows(page).first()).toContainText("From Bob");
    await expect(rows(page).first()).toContainText("@bob");
    await expect(rows(page).first()).toContainText("+$30.00");
    // The newest row holds what the account does: 1 + 2 + … + 30.
    await expect(rows(page).first()).toContainText("Balance $465.00");
    await expect(page.getByRole("link", { name: /USD account/ })).toContainText("$465.00");
    const first = await amountsOf(page);

    // What arrives meanwhile moves no page.
    await send(bob, handle, "100", "Late");
    await page.getByRole("link", { name: "Older" }).click();
    await expect(rows(page)).toHaveCount(5);
    await expect(page).toHaveURL(/older=/);
    expect([...first, ...(await amountsOf(page))]).toEqual(
      Array.from({ length: 30 }, (_, n) => `+$${30 - n}.00`),
    );
    await expect(rows(page).last()).toContainText("Balance $1.00");
    await page.getByRole("link", { name: "Newer" }).click();
    await expect(rows(page)).toHaveCount(25);
    expect(await amountsOf(page)).toEqual(first);
    await page.getByRole("link", { name: "Newer" }).click();
    await expect(rows(page).first()).toContainText("Late");
    await expect(page.getByRole("link", { name: "Newer" })).toHaveCount(0);

    await page.getByLabel("Name, handle, note or reference").fill("lucky SEVEN");
    await page.getByRole("button", { name: "Search" }).click();
    await expect(page).toHaveURL(/q=lucky/);
    await expect(rows(page)).toHaveCount(1);
    await expect(rows(page)).toContainText("+$7.00");
    await page.getByRole("link", { name: "Clear all filters" }).first().click();
    await expect(rows(page)).toHaveCount(25);

    await page.getByText("More filters").click();
    await page.getByLabel("Direction").selectOption({ label: "Money out" });
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page.getByText("No payment fits this selection")).toBeVisible();
    await expect(page.getByLabel("Direction")).toHaveValue("out");
    await page.context().close();
  });
}

test("a sale, its refund and a declined try each say what became of the money", async ({
  alice,
  baseURL,
}) => {
  const mia = { baseURL, who: "mia" };
  const me = { baseURL, who: "alice" };
  const orderId = await newOrder(baseURL ?? "");
  const sale = await keyFor(me, { kind: "order", orderId });
  await call(me, "/api/payments", { orderId, amountMinor: "3800", currency: "USD" }, sale);
  const refund = await keyFor(mia, { kind: "refund", paymentId: sale, intentId: randomUUID() });
  await call(mia, `/api/payments/${sale}/refunds`, { amountMinor: "1300" }, refund);
  const declined = await send(me, "bob", "900000000000", "Too much");

  await alice.goto("/payments");
  const row = (id: string) => alice.locator(`main li a[href='/payments/${id}']`);
  await expect(row(sale)).toContainText("To Bluebird Coffee");
  await expect(row(sale)).toContainText("−$38.00");
  await expect(row(sale)).toContainText("$13.00 of it refunded");
  await expect(row(refund)).toContainText("+$13.00");
  await expect(row(refund)).toContainText("Refund of ");
  await expect(row(declined)).toContainText("Declined, no money moved: The balance was too low");
  expect(await violationsOn(alice)).toEqual([]);

  // By its reference, which is on the receipt.
  await alice.getByLabel("Name, handle, note or reference").fill(sale);
  await alice.getByRole("button", { name: "Search" }).click();
  await expect(rows(alice)).toHaveCount(2);

  // The start page shows the same rows.
  await alice.goto("/");
  await expect(row(refund)).toContainText("Balance");
});

test("a payment whose answer was lost stands there as being checked, and leads back to its form", async ({
  alice,
  baseURL,
  orderId,
}) => {
  const me = { baseURL, who: "alice" };
  const key = await keyFor(me, { kind: "order", orderId });
  await books()`
    insert into payment_attempts (user_id, key, id, channel, verdict, arrived_at)
    select user_id, key, gen_random_uuid(), 'action', 'unknown', now() from idempotency_keys where key = ${key}`;
  await alice.goto("/payments");
  const checking = alice.locator("main section", {
    has: alice.getByRole("heading", { name: "Being checked" }),
  });
  await expect(checking).toContainText("Your money may have moved, once at most.");
  await expect(checking).toContainText("$38.00");
  await expect(checking.locator(`a[href='/where?key=${key}']`)).toBeVisible();
  await checking.locator(`a[href='/checkout/${orderId}']`).click();
  await expect(alice.getByRole("heading", { level: 1 })).toContainText("Bluebird Coffee");
  await alice.goto("/payments?status=checking");
  await expect(checking).toBeVisible();
  await expect(rows(alice)).toHaveCount(0);
});

test("a filter that makes no sense keeps what was typed and says what is wrong", async ({ alice }) => {
  await alice.goto("/payments?from=2026-03-05&to=2026-03-01&q=coffee");
  await expect(alice.getByRole("alert").filter({ hasText: "Please check one entry" })).toBeFocused();
  await expect(alice.getByLabel(/^To day/)).toHaveAttribute("aria-invalid", "true");
  await expect(alice.getByLabel(/^From day/)).toHaveValue("2026-03-05");
  await expect(alice.getByLabel("Name, handle, note or reference")).toHaveValue("coffee");
  expect(await violationsOn(alice)).toEqual([]);
});

test("what is selected can be downloaded as CSV, its words no formulas", async ({ browser, baseURL }) => {
  const { page, handle } = await newcomer(browser, baseURL);
  const bob = { baseURL, who: "bob" };
  await send(bob, handle, "1250", '=HYPERLINK("https://elsewhere.example","Click")');
  await send(bob, handle, "100", "plain");
  await page.goto("/payments?q=hyperlink");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Download as CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toBe("payments.csv");
  const text = readFileSync(await download.path(), "utf8");
  const [header = "", row = "", ...rest] = text.split("\r\n");
  expect(header).toMatch(/^\ufeffsettled_at,payment_id,kind,status,/);
  expect(row).toContain(
    `,bob,,"'=HYPERLINK(""https://elsewhere.example"",""Click"")",USD,12.50,1250,12.50,1250,`,
  );
  expect(row).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z,/);
  expect(rest).toEqual([""]);
  await page.context().close();
});

test("the CSV is for whoever it is about: a program by its key, nobody else", async ({
  request,
  baseURL,
}) => {
  const address = `${baseURL}/payments/export.csv`;
  const asProgram = await request.get(`${address}?kind=order`, {
    headers: { authorization: "Bearer once_demo_alice" },
  });
  expect([asProgram.status(), (await asProgram.text()).slice(0, 10)]).toEqual([200, "settled_at"]);
  const nobody = await request.get(`${address}?kind=order`, { maxRedirects: 0 });
  expect([nobody.status(), nobody.headers().location]).toEqual([
    303,
    `/sign-in?next=${encodeURIComponent("/payments?kind=order")}`,
  ]);
  const wrong = await request.get(`${address}?from=never`, {
    headers: { authorization: "Bearer once_demo_alice" },
  });
  expect([wrong.status(), (await wrong.json()).errors]).toEqual([
    422,
    [{ pointer: "/from", detail: "must be a day, as 2026-03-31" }],
  ]);
});

test("a document has its rows in it; what a script fetches has their place held until they are there", async ({
  alice,
}) => {
  const load = async (headers: Record<string, string>) =>
    (await alice.request.get("/payments", { headers })).text();
  const placeholder = "motion-safe:animate-pulse";
  const document = await load({ "sec-fetch-dest": "document" });
  expect(document).not.toContain(placeholder);
  expect(document).toMatch(/<main[^>]*>.*href="\/payments\/[0-9a-f-]{36}".*<\/main>/s);
  expect(await load({ "sec-fetch-dest": "empty" })).toContain(placeholder);
});
