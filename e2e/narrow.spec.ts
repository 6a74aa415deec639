/** On the narrowest telephone no page scrolls sideways, in any language; and lists say when, in full. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { books, newOrder, userIdOf } from "./books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "./fixtures.ts";

/** WCAG 2.2, 1.4.10 (Reflow): a width of 320 CSS pixels without scrolling in two dimensions. */
const NARROWEST = { width: 320, height: 640 };

async function expectNoSidewaysScroll(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
  const [wide, room] = await page.evaluate(() => {
    const root = document.scrollingElement ?? document.documentElement;
    return [root.scrollWidth, root.clientWidth];
  });
  expect(wide, path).toBeLessThanOrEqual(room ?? 0);
}

for (const locale of ["en", "de"]) {
  test.describe(`at 320 pixels, ${locale}`, () => {
    test.use({ viewport: NARROWEST });
    test.beforeEach(({ context, baseURL }) =>
      context.addCookies([{ name: "locale", value: locale, url: baseURL ?? "" }]),
    );

    test("nobody's pages", async ({ page }) => {
      for (const path of ["/", "/sign-in", "/sign-up", "/docs", "/problems/outcome-unknown", "/nowhere"])
        await expectNoSidewaysScroll(page, path);
    });

    test("a payer's pages", async ({ page, orderId, baseURL }) => {
      await page.goto("/sign-in");
      await page.getByRole("button", { name: /Alice/ }).click();
      await page.waitForURL("/");
      const tooMuch = await newOrder(baseURL ?? "", "900000000000", 100_000);
      const words = await newOrder(baseURL ?? "");
      await books()`
        update orders set description = ${"Donaudampfschifffahrtsgesellschaft".repeat(4)},
               items = ${JSON.stringify([{ description: "W".repeat(200), quantity: 2, amountMinor: "1900" }])}::jsonb
         where id = ${words}`;
      await openAndPay(page, tooMuch);
      await page
        .getByRole("alert")
        .filter({ hasText: /No money has moved|kein Geld geflossen/ })
        .waitFor();
      await openAndPay(page, words);
      await page.waitForURL(/\/payments\//);
      const receipt = new URL(page.url()).pathname;
      const [declined] = await books()<{ id: string }[]>`
        select id from payments where purpose_id = ${tooMuch}`;
      await books()`
        insert into api_keys (reference_id, name, key, start, permissions)
        values (${await userIdOf("alice")}, ${"Kassensystem".repeat(5)}, ${randomUUID()}, 'once_narro', '{"accounts":["read"]}')`;
      for (const path of [
        ...["/", "/payments", "/settings/api-keys", "/docs", "/sign-in"],
        ...[`/checkout/${orderId}`, `/checkout/${tooMuch}`, receipt, `/payments/${declined?.id}`],
      ])
        await expectNoSidewaysScroll(page, path);
      await books()`delete from api_keys where start = 'once_narro'`;
    });

    test("a merchant's pages", async ({ page, orderId }) => {
      await page.goto("/sign-in");
      await page.getByRole("button", { name: /Mia/ }).click();
      await page.waitForURL("/");
      for (const path of ["/", "/payments", `/checkout/${orderId}`]) await expectNoSidewaysScroll(page, path);
    });
  });
}

async function openAndPay(page: Page, orderId: string): Promise<void> {
  await page.goto(`/checkout/${orderId}`);
  const pay = page.getByRole("button", { name: /^Pay | bezahlen$/ });
  await expect(pay).toBeEnabled();
  await pay.click();
}

test("lists say the zone of their times, and the year where it is another", async ({ alice, orderId }) => {
  const inFull = /^[A-Z][a-z]{2} \d{1,2}, \d{2}:\d{2} UTC$/;
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  await alice.goto("/payments");
  await expect(alice.locator("main time").first()).toHaveText(inFull);
  for (const time of await alice.locator("main time").allTextContents()) expect(time).toMatch(inFull);

  await books()`
    insert into api_keys (reference_id, name, key, start, permissions, created_at)
    values (${await userIdOf("alice")}, 'Leap', ${randomUUID()}, 'once_leap', '{"accounts":["read"]}', '2024-02-29T23:59:00Z')`;
  await alice.goto("/settings/api-keys");
  await expect(alice.getByRole("listitem").filter({ hasText: "Leap" })).toContainText(
    "Created Feb 29, 2024, 23:59 UTC",
  );
  await books()`delete from api_keys where start = 'once_leap'`;

  await signIn(alice, "Mia");
  await expect(alice.locator("main time").first()).toHaveText(inFull);
});
