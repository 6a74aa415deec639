/** A page that could not be shown, and what its button does once it can be. */
import { books } from "../support/books.ts";
import { expect, payButton, test } from "../support/fixtures.ts";

/** Long enough for a page that comes anew, and not for the whole test: the button is pressed once. */
const SHOWN_AGAIN_MS = 15_000;

test("when the database is back, the page that could not be shown is there after Try again", async ({
  alice,
  orderId,
}) => {
  await books()`alter table sessions rename to sessions_away`;
  try {
    await alice.goto(`/checkout/${orderId}`);
    await expect(alice.getByRole("heading", { name: "This page could not be shown" })).toBeVisible();
  } finally {
    await books()`alter table sessions_away rename to sessions`;
  }
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(payButton(alice)).toBeEnabled({ timeout: SHOWN_AGAIN_MS });
});
