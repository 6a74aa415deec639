/** A page that could not be shown, and the way to it once it can be. */
import type { Page } from "@playwright/test";
import { books } from "../support/books.ts";
import { expect, payButton, test } from "../support/fixtures.ts";

/** Long enough for a page that comes anew, and not for the whole test: the button is pressed once. */
const SHOWN_AGAIN_MS = 15_000;

/** Opens a checkout while the database lacks `table`. */
async function openWithout(table: "sessions" | "orders", page: Page, orderId: string): Promise<void> {
  const [sql, away] = [books(), `${table}_away`];
  await sql`alter table ${sql(table)} rename to ${sql(away)}`;
  try {
    await page.goto(`/checkout/${orderId}`);
    await expect(page.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
  } finally {
    await sql`alter table ${sql(away)} rename to ${sql(table)}`;
  }
}

test("when the database is back, the page that could not be shown is there after Try again", async ({
  alice,
  orderId,
}) => {
  await openWithout("orders", alice, orderId);
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(payButton(alice)).toBeEnabled({ timeout: SHOWN_AGAIN_MS });
});

test("where nobody could be looked up, it is there when it is loaded again", async ({ alice, orderId }) => {
  await openWithout("sessions", alice, orderId);
  await alice.getByRole("link", { name: "Load the page again" }).click();
  await expect(payButton(alice)).toBeEnabled({ timeout: SHOWN_AGAIN_MS });
});
