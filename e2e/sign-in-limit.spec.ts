/** Guessing a password at the sign-in form. */
import { expect, test } from "./fixtures.ts";

/** As server/limits.ts has it; the demo makes no exception for it. */
const FAILURES_PER_EMAIL = 20;

test("after twenty wrong passwords for an address the form says to wait, and how long", async ({ page }) => {
  await page.goto("/sign-in");
  const alert = page.locator("form [role=alert]");
  await page.getByLabel("E-mail").fill(`${crypto.randomUUID()}@once.test`);
  for (let tries = 0; tries <= FAILURES_PER_EMAIL; tries += 1) {
    await page.getByLabel("Password").fill(`a guess, number ${tries}`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    // The form empties this field once it has its answer.
    await expect(page.getByLabel("Password")).toHaveValue("");
  }
  await expect(alert).toContainText(/wait \d+ minutes/);
});
