/** A form of the kit (components/form) says the same in the same places with scripts and without, and loses nothing typed. */
import type { Page } from "@playwright/test";
import { violationsOn } from "../support/axe.ts";
import { expect, test } from "../support/fixtures.ts";

const summaryOf = (page: Page) => page.locator("form [role=alert]");

async function fill(page: Page, fields: Record<string, string>): Promise<void> {
  for (const [label, value] of Object.entries(fields)) await page.getByLabel(label).fill(value);
}

const WRONG = { Name: "A Guest", Handle: "Not a handle!", "E-mail": "nobody", Password: "short" };

/** What a form with several things wrong shows, however it found out. */
async function expectAllSaid(page: Page): Promise<void> {
  const summary = summaryOf(page);
  await expect(summary).toBeFocused();
  await expect(summary).toContainText("Please check 3 entries. Nothing has been changed.");
  expect(await summary.getByRole("link").allTextContents()).toEqual([
    "A handle begins with a letter and has 2 to 30 small letters, digits or hyphens.",
    "This is no e-mail address.",
    "The password needs 10 to 128 characters.",
  ]);
  for (const [label, says] of [
    ["Handle", "A handle begins with a letter"],
    ["E-mail", "This is no e-mail address."],
    ["Password", "The password needs 10"],
  ] as const) {
    const field = page.getByLabel(label);
    await expect(field).toHaveAttribute("aria-invalid", "true");
    await expect(field).toHaveAccessibleDescription(new RegExp(says));
  }
  await expect(page.getByLabel("Name")).not.toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Name")).toHaveValue(WRONG.Name);
  await expect(page.getByLabel("Handle")).toHaveValue(WRONG.Handle);
  await expect(page.getByLabel("E-mail")).toHaveValue(WRONG["E-mail"]);
}

test("what is wrong is said at once, asks nobody, and goes as it is mended", async ({ page }) => {
  await page.goto("/sign-up");
  await expect(page.locator("form[novalidate]")).toBeVisible();
  await page.waitForLoadState("networkidle");
  let posts = 0;
  page.on("request", (request) => {
    if (request.method() === "POST") posts += 1;
  });
  await fill(page, WRONG);
  await page.getByRole("button", { name: "Create account" }).click();
  await expectAllSaid(page);
  await expect(page.getByLabel("Password")).toHaveValue(WRONG.Password);
  expect(posts).toBe(0);
  expect(await violationsOn(page)).toEqual([]);

  await summaryOf(page)
    .getByRole("link", { name: /e-mail/ })
    .click();
  await expect(page.getByLabel("E-mail")).toBeFocused();
  await page.getByLabel("E-mail").fill("guest@example.com");
  await expect(page.getByLabel("E-mail")).not.toHaveAttribute("aria-invalid", "true");
  await expect(summaryOf(page)).toContainText("Please check 2 entries.");
  // Sent again with the key on which one types: the summary takes the focus again.
  await page.getByLabel("Handle").press("Enter");
  await expect(summaryOf(page)).toBeFocused();
  expect(posts).toBe(0);
});

test("what only the server knows is said in the same places, and again when it is sent again", async ({
  page,
}) => {
  await page.goto("/sign-up");
  await fill(page, {
    Name: "A Guest",
    Handle: "alice",
    "E-mail": "guest@example.com",
    Password: "correct horse",
  });
  for (const _try of [1, 2]) {
    await page.getByLabel("Password").focus();
    await page.getByRole("button", { name: "Create account" }).click();
    await expect(summaryOf(page)).toBeFocused();
    await expect(page.getByLabel("Handle")).toHaveAccessibleDescription(/belongs to somebody else/);
    await expect(page.getByLabel("Handle")).toHaveValue("alice");
    // Nothing is emptied, not even what the server sends back to nobody.
    await expect(page.getByLabel("Password")).toHaveValue("correct horse");
  }
  await page.getByLabel("Handle").fill("alicia-of-the-test");
  await expect(summaryOf(page)).toHaveCount(0);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the server says it in the same places, and what was typed is kept but for the password", async ({
    page,
  }) => {
    await page.goto("/sign-up");
    await fill(page, WRONG);
    await page.getByRole("button", { name: "Create account" }).click();
    await expectAllSaid(page);
    await expect(page.getByLabel("Password")).toHaveValue("");
    await summaryOf(page)
      .getByRole("link", { name: /e-mail/ })
      .click();
    await expect(page).toHaveURL(/#email$/);
  });
});
