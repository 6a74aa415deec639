/** What proxies and hardened browsers make of requests of our own pages; and that a stranger's are still told from them. */
import type { Browser, Page } from "@playwright/test";
import { expectPaidOnce, newOrder } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { OTHER_PORT, withOtherServer } from "../support/other-server.ts";
import { type Habits, startProxy } from "../support/proxy.ts";

/** Uses a page whose addresses begin with `baseURL`. */
async function withPage(
  browser: Browser,
  baseURL: string,
  options: { javaScriptEnabled?: boolean },
  use: (page: Page) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({ baseURL, ...options });
  try {
    await use(await context.newPage());
  } finally {
    await context.close();
  }
}

/** Signs in, continues and pays without JavaScript. */
async function payByForms(page: Page, orderId: string): Promise<void> {
  await signIn(page, "Alice");
  await page.goto(`/checkout/${orderId}`);
  await page.getByRole("button", { name: "Continue", exact: true }).click();
  await payButton(page).click();
  await expectReceipt(page);
  await expectPaidOnce(orderId);
}

test("behind a proxy that hides Host, ONCE_URL is enough to sign in and to pay", async ({ browser }) => {
  const proxy = await startProxy(OTHER_PORT, { hidesHost: true });
  try {
    await withOtherServer({ ONCE_URL: proxy.address }, async (address) => {
      const orders = [await newOrder(address), await newOrder(address)] as const;
      await withPage(browser, proxy.address, {}, async (page) => {
        await signIn(page, "Alice");
        await openCheckout(page, orders[0]);
        await payButton(page).click();
        await expectReceipt(page);
        await expectPaidOnce(orders[0]);
      });
      await withPage(browser, proxy.address, { javaScriptEnabled: false }, (page) =>
        payByForms(page, orders[1]),
      );
    });
  } finally {
    await proxy.close();
  }
});

const HARDENED: [string, Habits][] = [
  ["hardens the referrer policy", { adds: { "referrer-policy": "no-referrer" } }],
  ["sends bodies in chunks", { chunks: true }],
];
for (const [what, habits] of HARDENED) {
  test(`a payer without JavaScript pays behind a proxy that ${what}`, async ({
    browser,
    baseURL,
    orderId,
  }) => {
    const proxy = await startProxy(Number(new URL(baseURL ?? "").port), habits);
    try {
      await withPage(browser, proxy.address, { javaScriptEnabled: false }, (page) =>
        payByForms(page, orderId),
      );
    } finally {
      await proxy.close();
    }
  });
}

test("an action that is sent on inside the server is ours, under whichever name the payer came", async ({
  browser,
  baseURL,
}) => {
  const advertised = (baseURL ?? "").replace("127.0.0.1", "localhost");
  await withPage(browser, advertised, {}, async (page) => {
    await signIn(page, "Alice");
    // The second press is queued, and sent when the page has moved on: it ends where the first does, at a checkout.
    await page
      .getByRole("button", { name: /^Order / })
      .first()
      .dblclick();
    await page.waitForURL(/\/checkout\//);
    await expect(payButton(page)).toBeEnabled();
    await expect(page).toHaveURL(/\/checkout\//);
  });
});

test("a stranger's form does nothing, whatever it says about where it comes from", async ({
  browser,
  baseURL,
}) => {
  await withPage(browser, baseURL ?? "", { javaScriptEnabled: false }, async (page) => {
    await page.goto("/sign-in");
    const fields = await page
      .locator("form:has(button[name=who]) input[type=hidden]")
      .evaluateAll((inputs) =>
        inputs.map((input) => [input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""]),
      );
    const post = async (headers: Record<string, string>) => {
      const answer = await page.request.post("/sign-in", {
        multipart: { ...Object.fromEntries(fields), who: "alice" },
        headers,
        maxRedirects: 0,
      });
      return /once\.session/.test(answer.headers()["set-cookie"] ?? "");
    };
    const origin = "null";
    for (const site of ["cross-site", "same-site", "none"])
      expect(await post({ origin, "sec-fetch-site": site }), site).toBe(false);
    for (const headers of [{ origin }, { origin: "https://evil.example" }, {}] as Record<string, string>[])
      expect(await post(headers), JSON.stringify(headers)).toBe(false);
    // The same form is ours where the browser says so: it was the header that decided.
    expect(await post({ origin, "sec-fetch-site": "same-origin" })).toBe(true);
  });
});
