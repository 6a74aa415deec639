/** What stands around every page: menus, the choice of colours, and times in the reader's own zone. */
import type { Page } from "@playwright/test";
import {
  expect,
  expectReceipt,
  openCheckout,
  openMenu,
  payButton,
  signIn,
  test,
} from "../support/fixtures.ts";

const paperOf = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const LIGHT = "rgb(246, 244, 238)";
const DARK = "rgb(16, 22, 19)";

test.describe("the menu", () => {
  test("opens and closes as people expect, and marks the page one is on", async ({ alice }) => {
    const menu = alice.locator("header details");
    const apiKeys = alice.locator("header").getByRole("link", { name: "API keys" });
    await openMenu(alice);
    await expect(apiKeys).toBeVisible();
    await alice.keyboard.press("Escape");
    await expect(apiKeys).toBeHidden();
    await expect(menu.locator("summary")).toBeFocused();
    await alice.keyboard.press("Enter");
    await expect(apiKeys).toBeVisible();
    await alice.locator("h1").click();
    await expect(apiKeys).toBeHidden();
    await openMenu(alice);
    await apiKeys.click();
    await alice.waitForURL("/settings/api-keys");
    await expect(apiKeys).toBeHidden();
    await openMenu(alice);
    await expect(apiKeys).toHaveAttribute("aria-current", "page");
  });

  for (const javaScriptEnabled of [true, false]) {
    test.describe(javaScriptEnabled ? "with JavaScript" : "without JavaScript", () => {
      test.use({ javaScriptEnabled, viewport: { width: 320, height: 640 } });

      test("leads everywhere at 320 pixels", async ({ page }) => {
        // Without scripts the menu is the same; whose is longest stands for all.
        for (const who of javaScriptEnabled ? (["Alice", "Mia", "Omar"] as const) : (["Omar"] as const)) {
          await signIn(page, who);
          await openMenu(page);
          const links = page.locator("header details").getByRole("link");
          const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute("href") ?? ""));
          expect(paths.length).toBeGreaterThan(1);
          for (const path of new Set(paths)) {
            await page.goto("/");
            await openMenu(page);
            const link = page.locator(`header details a[href="${path}"]`);
            const box = await link.boundingBox();
            expect(box?.height, path).toBeGreaterThanOrEqual(44);
            await link.click();
            await page.waitForURL((url) => url.pathname.startsWith(path));
            await expect(page.locator("main h1")).toBeVisible();
          }
        }
      });
    });
  }
});

for (const javaScriptEnabled of [true, false]) {
  test.describe(`colours, ${javaScriptEnabled ? "with" : "without"} JavaScript`, () => {
    test.use({ javaScriptEnabled, colorScheme: "dark" });

    test("are the system's until somebody chooses, and then theirs on every page", async ({ page }) => {
      await page.goto("/");
      const foot = page.getByRole("contentinfo");
      const scheme = () => page.locator("html").evaluate((root) => getComputedStyle(root).colorScheme);
      expect(await paperOf(page)).toBe(DARK);
      await foot.getByRole("button", { name: "Light" }).click();
      await expect(foot.getByRole("button", { name: "Light" })).toHaveAttribute("aria-pressed", "true");
      expect([await paperOf(page), await scheme()]).toEqual([LIGHT, "light"]);
      await expect(page.locator("meta[name=theme-color]")).toHaveAttribute("content", "#f6f4ee");
      // Said by the server, so that no page begins in the other colours.
      const answer = await page.goto("/sign-in");
      expect(await answer?.text()).toContain('data-theme="light"');
      await page.emulateMedia({ colorScheme: "light" });
      await foot.getByRole("button", { name: "Dark" }).click();
      await expect(foot.getByRole("button", { name: "Dark" })).toHaveAttribute("aria-pressed", "true");
      expect([await paperOf(page), await scheme()]).toEqual([DARK, "dark"]);
      await foot.getByRole("button", { name: "As the system" }).click();
      await expect(foot.getByRole("button", { name: "As the system" })).toHaveAttribute(
        "aria-pressed",
        "true",
      );
      expect(await paperOf(page)).toBe(LIGHT);
    });
  });
}

test.describe("times", () => {
  test.use({ timezoneId: "Asia/Kathmandu" });

  test("are written in the reader's zone, which is named, by the server alone", async ({
    alice,
    orderId,
  }) => {
    const complaints: string[] = [];
    alice.on("pageerror", (error) => complaints.push(error.message));
    alice.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await openCheckout(alice, orderId);
    await payButton(alice).click();
    await expectReceipt(alice);
    // As in a browser that has never been here.
    await alice.context().clearCookies({ name: "time-zone" });
    await alice.goto("/payments");
    const time = alice.locator("main time").first();
    const paidAt = new Date((await time.getAttribute("datetime")) ?? "");
    const written = new Intl.DateTimeFormat("en", {
      timeZone: "Asia/Kathmandu",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    }).format(paidAt);
    await expect(time).toContainText(`${written} GMT+5:45`);
    const answer = await alice.reload();
    expect(await answer?.text()).toContain(`${written} GMT+5:45`);
    expect(complaints).toEqual([]);
  });

  test("are in UTC, and say so, where the browser's zone is none or unknown", async ({
    page,
    context,
    baseURL,
  }) => {
    await context.addCookies([{ name: "time-zone", value: "Asia%2FKathmandu", url: baseURL ?? "" }]);
    await signIn(page, "Alice");
    await page.goto("/payments");
    await expect(page.locator("main time").first()).toContainText("GMT+5:45");
    for (const value of ["Mars%2FOlympus", "%00", "x".repeat(2000)]) {
      const cookies = (await context.cookies()).filter(({ name }) => name !== "time-zone");
      const cookie = [...cookies.map((one) => `${one.name}=${one.value}`), `time-zone=${value}`].join("; ");
      const answer = await fetch(`${baseURL}/payments`, { headers: { cookie } });
      expect(answer.status).toBe(200);
      expect(await answer.text()).toMatch(/\d\d:\d\d UTC</);
    }
  });
});
