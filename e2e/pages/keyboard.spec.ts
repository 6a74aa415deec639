/** The whole way by keyboard alone: sign in, order, pay, read the receipt, send. What has the focus is seen. */
import type { Page } from "@playwright/test";
import { expect, test } from "../support/fixtures.ts";

/** More stops than any page of ours has before what is looked for. */
const TAB_MAX = 60;

/** Tabs on until what is called so has the focus, and that can be seen. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let count = 0; count < TAB_MAX; count += 1) {
    await page.keyboard.press("Tab");
    const focused = page.locator(":focus");
    if ((await focused.count()) === 0) continue;
    const called = await focused.evaluate((element) => {
      const labels = (element as HTMLInputElement).labels;
      const label = labels?.[0]?.textContent ?? element.textContent ?? "";
      return (element.getAttribute("aria-label") ?? label).trim();
    });
    passed.push(called);
    if (!name.test(called)) continue;
    const outline = await focused.evaluate((element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return outlineStyle === "none" ? 0 : Number.parseFloat(outlineWidth);
    });
    expect(outline, called).toBeGreaterThanOrEqual(2);
    await expect(focused).toBeInViewport();
    return;
  }
  throw new Error(`Nothing called ${name} takes the focus; there was: ${passed.join(" | ")}`);
}

test("sign in, order, pay, read the receipt and send money without a pointer", async ({ page }) => {
  await page.goto("/");
  await page.keyboard.press("Tab");
  // The first stop leads past the menus.
  await expect(page.locator(":focus")).toHaveText("Skip to content");
  await tabTo(page, /^Sign in$/);
  await page.keyboard.press("Enter");
  await page.waitForURL("/sign-in");
  await tabTo(page, /^E-mail$/);
  await page.keyboard.type("alice@once.test");
  await tabTo(page, /^Password$/);
  await page.keyboard.type("exactly-once");
  await page.keyboard.press("Enter");
  await page.waitForURL("/");

  await tabTo(page, /^Order Espresso$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/checkout\//);
  await expect(page.getByRole("button", { name: /^Pay / })).toBeEnabled();
  await tabTo(page, /^Pay \$3\.20$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/payments\//);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);

  await tabTo(page, /^Send$/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/send\//);
  await tabTo(page, /^To whom/);
  await page.keyboard.type("bob");
  await tabTo(page, /^Amount/);
  await page.keyboard.type("1.234");
  await page.keyboard.press("Enter");
  // Something to correct: the summary has the focus, and leads to the field.
  await expect(page.locator("form [role=alert]")).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Amount" })).toBeFocused();
  const cents = Number(BigInt(Date.now()) % 89n) + 10;
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(`7.${cents}`);
  await expect(page.getByText(`You mean $7.${cents}`).first()).toBeVisible();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/review\?/);
  await expect(page.getByRole("button", { name: /^Pay / })).toBeEnabled();
  await tabTo(page, /^Pay \$7/);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/payments\//);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
});
