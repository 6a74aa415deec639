/**
 * A server that is replaced while somebody pays: by itself, started again, and by another build, as in a deploy and when that
 * is taken back. The second build is really built (second-build.ts); it has a deployment id, the first has none.
 */
import type { Browser, Page } from "@playwright/test";
import { books, expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
import { expectReceipt, openCheckout, payButton, signIn } from "../support/fixtures.ts";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";
import { expectHonest } from "./payer.ts";
import { type AppProcess, appProcess, buildSecond, removeSecond } from "./second-build.ts";
import { checking, expect, isPayment, test } from "./through-proxy.ts";

/** For hanging: a build takes under a minute on an idle machine. */
const BUILD_LIMIT_MS = 15 * 60_000;

let second: AppProcess;
test.beforeAll(async () => {
  test.setTimeout(BUILD_LIMIT_MS);
  await buildSecond();
  second = await appProcess("second");
  await second.start();
});
test.afterAll(async () => {
  await second?.kill("SIGTERM");
  removeSecond();
});

/** Uses a page of Alice's that was opened on one of the builds, and what moves it to the other. */
async function opened(
  { browser, baseURL = "" }: { browser: Browser; baseURL?: string | undefined },
  on: "first" | "second",
  options: { javaScriptEnabled?: boolean },
  use: (page: Page, wire: FaultyProxy, replace: () => void) => Promise<void>,
): Promise<void> {
  const ports = { first: Number(new URL(baseURL).port), second: second.port };
  let serving = on;
  const wire = await startFaultyProxy(() => ports[serving]);
  const context = await browser.newContext({ baseURL: wire.address, ...options });
  try {
    const page = await context.newPage();
    await signIn(page, "Alice");
    await use(page, wire, () => {
      serving = on === "first" ? "second" : "first";
    });
  } finally {
    await context.close();
    await wire.close();
  }
}

for (const [on, what] of [
  ["first", "a newer build"],
  ["second", "the build before it"],
] as const) {
  test(`a page whose server is replaced by ${what} before the press pays once`, async ({
    browser,
    baseURL,
  }) => {
    await opened({ browser, baseURL }, on, {}, async (page, wire, replace) => {
      const orderId = await newOrder(baseURL ?? "");
      await openCheckout(page, orderId);
      const key = await page.evaluate(() => JSON.parse(Object.values({ ...sessionStorage })[0] ?? "{}").key);
      replace();
      await payButton(page).click();
      await expectReceipt(page);
      expect((await expectPaidOnce(orderId)).id).toBe(key);
      // The action is another build's, which does not know it.
      expect(wire.seen.filter(isPayment).map(({ label }) => label)).toEqual([
        "POST /checkout/{id} (action)",
        "POST /api/payments",
      ]);
      // The receipt is a page of the build that serves now, alive.
      await page.getByRole("button", { name: "Deutsch" }).click();
      await expect(page.getByRole("heading", { level: 1 })).toHaveText(/bezahlt$/);
    });
  });

  test(`a server that is replaced by ${what} once it has paid, and before anybody heard: one payment, and its receipt`, async ({
    browser,
    baseURL,
  }) => {
    await opened({ browser, baseURL }, on, {}, async (page, wire, replace) => {
      const orderId = await newOrder(baseURL ?? "");
      await openCheckout(page, orderId);
      wire.treat((seen) => (isPayment(seen) ? "hold-answer" : "pass"));
      await payButton(page).click();
      await expect.poll(async () => (await paymentsOf(orderId)).length).toBe(1);
      replace();
      wire.treat(() => "pass");
      wire.cut();
      await expectReceipt(page);
      await expectPaidOnce(orderId);
    });
  });

  test(`a form without script whose server is replaced by ${what} pays once`, async ({
    browser,
    baseURL,
  }) => {
    await opened({ browser, baseURL }, on, { javaScriptEnabled: false }, async (page, _wire, replace) => {
      const orderId = await newOrder(baseURL ?? "");
      await page.goto(`/checkout/${orderId}`);
      await page.getByRole("button", { name: "Continue", exact: true }).click();
      await expect(payButton(page)).toBeVisible();
      replace();
      await payButton(page).click();
      await expectReceipt(page);
      await expectPaidOnce(orderId);
    });
  });

  test(`a server action without JavaScript that ${what} does not know does nothing, and says so`, async ({
    browser,
    baseURL,
  }) => {
    await opened({ browser, baseURL }, on, { javaScriptEnabled: false }, async (page, _wire, replace) => {
      const before = await countOrders();
      replace();
      await page.getByRole("button", { name: "Order Espresso" }).click();
      await expect(page.getByRole("heading", { name: "This page was older than the service" })).toBeVisible();
      await expect(page.getByRole("main")).toContainText("Nothing was done");
      expect(await countOrders()).toBe(before);
      await page.getByRole("link", { name: "Load the page again" }).click();
      await page.getByRole("button", { name: "Order Espresso" }).click();
      await expect(page).toHaveURL(/\/checkout\//);
      expect(await countOrders()).toBe(before + 1);
    });
  });

  test(`a server action that ${what} does not know does nothing, says so, and leads on`, async ({
    browser,
    baseURL,
  }) => {
    await opened({ browser, baseURL }, on, {}, async (page, _wire, replace) => {
      const before = await countOrders();
      replace();
      await page.getByRole("button", { name: "Order Espresso" }).click();
      await expect(page.getByRole("heading", { name: "This page was older than the service" })).toBeVisible();
      expect(await countOrders()).toBe(before);
      await page.getByRole("link", { name: "Load the page again" }).click();
      await page.getByRole("button", { name: "Order Espresso" }).click();
      await expect(page).toHaveURL(/\/checkout\//);
      await expect(payButton(page)).toBeEnabled();
      expect(await countOrders()).toBe(before + 1);
    });
  });
}

async function countOrders(): Promise<number> {
  const [row] = await books()<{ n: number }[]>`select count(*)::int as n from orders`;
  return row?.n ?? 0;
}

test("a server that is killed when the press has come, and started again: checking, then one payment", async ({
  browser,
  baseURL,
}) => {
  await opened({ browser, baseURL }, "first", {}, async (page, wire, replace) => {
    replace();
    await page.reload();
    for (const treatment of ["hold-request", "hold-answer"] as const)
      await test.step(treatment, async () => {
        const orderId = await newOrder(baseURL ?? "");
        await openCheckout(page, orderId);
        wire.treat((seen) => (isPayment(seen) ? treatment : "pass"));
        const from = wire.seen.length;
        await payButton(page).click();
        await expect.poll(() => wire.seen.slice(from).some(isPayment)).toBe(true);
        const isPaid = treatment === "hold-answer";
        await expect.poll(async () => (await paymentsOf(orderId)).length).toBe(isPaid ? 1 : 0);
        await second.kill("SIGKILL");
        wire.treat(() => "pass");
        wire.cut();
        await expect(checking(page)).toContainText("may have moved");
        await expectHonest(page);
        await second.start();
        await expectReceipt(page);
        await expectPaidOnce(orderId);
      });
  });
});
