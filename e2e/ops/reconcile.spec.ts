/** An operator has the books checked, and sees what is wrong with them. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { violationsOn } from "../support/axe.ts";
import { books, userIdOf } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";

async function addToBalance(minor: number): Promise<void> {
  await books()`
    update ledger_accounts set balance_minor = balance_minor + ${minor}
     where owner_id = ${await userIdOf("bob")} and currency = 'USD'`;
}

/** Until no full run is open: this server does one when it starts. */
async function untilIdle(): Promise<void> {
  await expect
    .poll(
      async () =>
        (await books()`select 1 from reconcile_runs where kind = 'full' and finished_at is null`).length,
    )
    .toBe(0);
}

/** Sends the form from a page of ours, with these fields. */
async function sendForm(page: Page, fields: Record<string, string>): Promise<void> {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  await page.setContent(
    `<form method="post" action="/ops/reconcile/run">${inputs.join("")}<button>Send</button></form>`,
  );
  await page.getByRole("button", { name: "Send" }).click();
}

test("a fault is found by a run that was asked for, with its rows; and the books are right again after it", async ({
  page,
}) => {
  await untilIdle();
  await signIn(page, "Omar");
  await page.goto("/ops/reconcile");
  await addToBalance(7);
  try {
    const runId = await page.locator("input[name=runId]").inputValue();
    await page.getByRole("button", { name: "Run now" }).dblclick();
    await expect(page.getByText("The books are wrong", { exact: true })).toBeVisible();
    await page.getByRole("link", { name: "See what was found" }).click();
    await expect(page.getByRole("heading", { name: "A run over the books" })).toBeVisible();
    // A run over what is new, which comes by itself, may have found it first, by fewer checks.
    const ended = () => books()`select 1 from reconcile_runs where id = ${runId} and finished_at is not null`;
    await expect.poll(async () => (await ended()).length).toBe(1);
    await page.goto(`/ops/reconcile/${runId}`);
    const found = page.getByRole("region", { name: "Rows found by balance-is-sum-of-entries" });
    await expect(found.getByRole("columnheader", { name: "sum_minor" })).toBeVisible();
    await expect(found.getByRole("row")).toHaveCount(2);
    expect(await violationsOn(page)).toEqual([]);
  } finally {
    await addToBalance(-7);
  }
  await page.goto("/ops/reconcile");
  await untilIdle();
  await page.reload();
  expect(await violationsOn(page)).toEqual([]);
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page.getByText("The books are right", { exact: true })).toBeVisible();
  await expect(page.getByText("asked for by Omar").first()).toBeVisible();
});

test("a form that is sent twice asks once, without scripts too, and nobody else may send it", async ({
  browser,
}) => {
  await untilIdle();
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await signIn(page, "Omar");
  await page.goto("/ops/reconcile");
  const runId = await page.locator("input[name=runId]").inputValue();
  await page.getByRole("button", { name: "Run now" }).click();
  await expect(page).toHaveURL("/ops/reconcile");
  await untilIdle();
  await sendForm(page, { user: await userIdOf("omar"), runId });
  await expect(page.getByText("The books are right", { exact: true })).toBeVisible();
  expect(await books()`select id from reconcile_runs where id = ${runId}`).toHaveLength(1);
  const before = await books()`select id from reconcile_runs where kind = 'full'`;

  await plain.clearCookies();
  await signIn(page, "Alice");
  await sendForm(page, { user: await userIdOf("alice"), runId: randomUUID() });
  await expect(page).toHaveURL("/problems/forbidden");
  expect(await books()`select id from reconcile_runs where kind = 'full'`).toHaveLength(before.length);
  await plain.close();
});
