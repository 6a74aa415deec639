/** The payer's pages for everybody: by axe's rules, in both themes, and on the narrowest telephone. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { violationsOn } from "../support/axe.ts";
import { continueButton } from "../support/blocked.ts";
import { books, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, payButton, test } from "../support/fixtures.ts";

/** WCAG 2.2, 1.4.10 (Reflow): a width of 320 CSS pixels without scrolling in two dimensions. */
const NARROWEST = { width: 320, height: 640 };

/** As long as they may be: what nobody writes and somebody will. */
const LONG_WORD = "Donaudampfschifffahrtsgesellschaft".repeat(4);
const LARGE = "90000000000";

async function expectSound(page: Page): Promise<void> {
  expect(await violationsOn(page)).toEqual([]);
  const [wide, room] = await page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  expect(wide, page.url()).toBeLessThanOrEqual(room ?? 0);
}

for (const [locale, colorScheme] of [
  ["en", "light"],
  ["de", "dark"],
] as const) {
  test.describe(`${locale}, ${colorScheme}, 320 pixels`, () => {
    test.use({ viewport: NARROWEST, colorScheme });
    test.beforeEach(async ({ page, context, baseURL }) => {
      await context.addCookies([{ name: "locale", value: locale, url: baseURL ?? "" }]);
      await page.goto("/sign-in");
      await page.getByRole("button", { name: /Alice/ }).click();
      await page.waitForURL("/");
    });

    test("sending", async ({ page }) => {
      const place = `/send/${randomUUID()}`;
      await page.goto(place);
      await expectSound(page);
      await page.goto(`${place}?checked=1&payee=${LONG_WORD}&amount=x&currency=USD&note=${LONG_WORD}x`);
      await expect(page.locator("form [role=alert]")).toBeFocused();
      await expectSound(page);
      const query = new URLSearchParams({
        payee: "bob",
        amountMinor: LARGE,
        currency: "USD",
        note: LONG_WORD,
      });
      await page.goto(`${place}/review?${query}`);
      await expect(page.getByRole("button", { name: /USD|\$/ })).toBeEnabled();
      await expectSound(page);
    });

    test("the question about what looks the same", async ({ page }) => {
      const amountMinor = String(10_000 + (Date.now() % 80_000));
      const query = new URLSearchParams({ payee: "bob", amountMinor, currency: "USD" });
      await page.goto(`/send/${randomUUID()}/review?${query}`);
      const pay = page.getByRole("button", { name: /\$/ });
      await expect(pay).toBeEnabled();
      await pay.click();
      await page.waitForURL(/\/payments\//);
      await page.goto(`/send/${randomUUID()}/review?${query}`);
      await expect(page.getByRole("alert").filter({ hasText: "Bob" })).toBeVisible();
      await expectSound(page);
    });

    test("topping up", async ({ page }) => {
      const place = `/top-up/${randomUUID()}`;
      await page.goto(place);
      await expectSound(page);
      await page.goto(`${place}/review?amountMinor=${LARGE}&currency=USD`);
      await expect(page.getByRole("button", { name: /\$/ })).toBeEnabled();
      await expectSound(page);
    });

    test("requesting", async ({ page, baseURL }) => {
      const place = `/request/${randomUUID()}`;
      await page.goto(place);
      await expectSound(page);
      const form = {
        user: await userIdOf("alice"),
        description: LONG_WORD,
        amount: "900000000",
        currency: "USD",
      };
      await page.request.post(`${place}/create`, { form, headers: { origin: baseURL ?? "" } });
      await page.goto(place);
      await expect(page.getByRole("status").first()).toBeVisible();
      await expectSound(page);
      for (const path of ["/requests", "/"]) {
        await page.goto(path);
        await expectSound(page);
      }
      await books()`update orders set cancelled_at = now() where id = ${place.split("/").at(-1) ?? ""}`;
    });
  });
}

test.describe("by keyboard alone", () => {
  test("money is sent from the start page", async ({ alice }) => {
    const amount = `${200 + (Date.now() % 700)}.${String((Date.now() % 90) + 10)}`;
    const tabTo = async (reached: () => Promise<boolean>) => {
      for (let count = 0; count < 40 && !(await reached()); count += 1) await alice.keyboard.press("Tab");
      expect(await reached()).toBe(true);
    };
    const isFocused = (name: string) => () =>
      alice.evaluate((text) => document.activeElement?.textContent === text, name);
    const isField = (name: string) => () =>
      alice.evaluate((field) => document.activeElement?.getAttribute("name") === field, name);
    await tabTo(isFocused("Send money"));
    await alice.keyboard.press("Enter");
    await alice.waitForURL(/\/send\/[0-9a-f-]{36}$/);
    await tabTo(isField("payee"));
    await alice.keyboard.type("bob");
    await tabTo(isField("amount"));
    await alice.keyboard.type(amount);
    await tabTo(isField("currency"));
    await alice.keyboard.type("USD");
    await tabTo(isFocused("Review"));
    await alice.keyboard.press("Enter");
    await expect(payButton(alice)).toBeEnabled();
    await tabTo(isFocused(`Pay $${amount}`));
    await alice.keyboard.press("Enter");
    await expectReceipt(alice, `$${amount}`);
  });
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false, viewport: NARROWEST });

  test("the plain form of a transfer fits the narrowest telephone", async ({ page }) => {
    await page.goto("/sign-in");
    await page.getByRole("button", { name: /Alice/ }).click();
    await page.waitForURL("/");
    const query = new URLSearchParams({ payee: "bob", amountMinor: LARGE, currency: "USD", note: LONG_WORD });
    await page.goto(`/send/${randomUUID()}/review?${query}`);
    await continueButton(page).click();
    await expect(payButton(page)).toBeVisible();
    const wide = await page.locator("html").evaluate((root) => [root.scrollWidth, root.clientWidth]);
    expect(wide[0]).toBeLessThanOrEqual(wide[1] ?? 0);
  });
});
