/** The overview says whether it is well, and shows what the servers saw, to operators alone. */
import { randomUUID } from "node:crypto";
import { violationsOn } from "../support/axe.ts";
import { books } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";

/** As a server writes a minute: `ago` minutes before now. */
async function recordMinute(ago: number, counts: object, levels: object = {}): Promise<void> {
  await books()`
    insert into service_minutes (minute, server, counts, levels)
    values (date_trunc('minute', now()) - ${ago} * interval '1 minute', ${randomUUID()}, ${books().json({ ...counts })},
            ${books().json({ ...levels })})`;
}

test.beforeEach(async () => {
  await books()`delete from service_minutes`;
});

test("an operator sees whether it is well, and what was seen, as charts and as tables", async ({ page }) => {
  // Payments of other tests of these minutes are added to ours.
  await recordMinute(2, {
    "told:paid": 471_100,
    "declined:limit_exceeded": 23,
    "settle:8": 100,
    "batch:4": 7,
  });
  await recordMinute(3, { "told:paid": 12 }, { queued: 31 });
  await signIn(page, "Omar");
  await page.goto("/ops");
  await expect(page.getByRole("region", { name: "Journal" })).toContainText("Sealing keeps up");
  await expect(page.getByRole("region", { name: "Service" })).toContainText("The database answers.");
  const payments = page.getByRole("region", { name: "Requests to pay, per minute", exact: true });
  await expect(payments.locator(".recharts-line").first()).toBeVisible();
  await payments.getByText("The figures as a table").click();
  await expect(payments.getByRole("cell", { name: /^471,1\d\d$/ })).toBeVisible();
  await expect(page.getByRole("region", { name: "Declines" })).toContainText("Daily limit");
  expect(await violationsOn(page)).toEqual([]);

  // What comes later is shown without anybody's doing.
  await recordMinute(1, { "told:paid": 815_000 });
  await expect(payments.getByRole("cell", { name: /^815,0\d\d$/ })).toBeVisible();
  await page.getByRole("link", { name: "Last 24 hours" }).click();
  await expect(page).toHaveURL(/range=24h/);
  await expect(
    page.getByRole("region", { name: "Requests to pay, per 30 minutes", exact: true }),
  ).toBeVisible();
});

test("a journal that cannot go on is red, with what to do", async ({ page }) => {
  const id = randomUUID();
  await books()`
    insert into ledger_transfers (id, debit_account_id, credit_account_id, amount_minor, currency, debit_balance_minor, debit_version,
                                  credit_balance_minor, credit_version, transaction_id, created_at)
    values (${id}, ${randomUUID()}, ${randomUUID()}, 1, 'USD', 0, 1, 0, 1, '18000000000000000000', now())`;
  try {
    await signIn(page, "Omar");
    await page.goto("/ops");
    const journal = page.getByRole("region", { name: "Journal" });
    await expect(journal).toContainText("Sealing cannot go on");
    await expect(journal).toContainText("npm run restored");
    expect(await violationsOn(page)).toEqual([]);
  } finally {
    await books().unsafe(`
      alter table ledger_transfers disable trigger ledger_transfers_append_only;
      delete from ledger_transfers where id = '${id}';
      alter table ledger_transfers enable always trigger ledger_transfers_append_only`);
  }
});

test("without scripts it is a whole page, and payers and merchants are not shown it", async ({
  browser,
  page,
}) => {
  await recordMinute(2, { "told:paid": 1234 });
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const omar = await plain.newPage();
  await signIn(omar, "Omar");
  await omar.goto("/ops");
  const payments = omar.getByRole("region", { name: "Requests to pay, per minute", exact: true });
  await payments.getByText("The figures as a table").click();
  await expect(payments.getByRole("cell", { name: "1,234" })).toBeVisible();
  await plain.close();
  for (const who of ["Alice", "Mia"] as const) {
    await page.context().clearCookies();
    await signIn(page, who);
    for (const path of ["/ops", "/ops/reconcile", `/ops/reconcile/${randomUUID()}`]) {
      await page.goto(path);
      await expect(page, `${who} at ${path}`).toHaveURL("/");
    }
  }
});
