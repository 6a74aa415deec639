/** Looking ahead is not paying: whatever a browser fetches or prepares before anybody goes there, nothing is written for it. */
import type { Page } from "@playwright/test";
import type { PageName } from "../../server/identity/policy.ts";
import { books, expectPaidOnce, newOrder } from "../support/books.ts";
import { expect, expectReceipt, payButton, signIn, test } from "../support/fixtures.ts";
import { everyRow } from "../support/rows.ts";
import { samples } from "../support/samples.ts";

/** Pages that ask for a key once somebody opens them: opening them is no mere looking. */
const OPENS_A_FORM = new Set<PageName>([
  "/checkout/[orderId]",
  "/send/[intentId]/review",
  "/top-up/[intentId]/review",
  "/payments/[id]/refund/[intentId]",
]);

/** As the router fetches what a link leads to, as a browser does that is told to, and as one that guesses. */
const AHEAD = [
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
  { "sec-purpose": "prefetch", purpose: "prefetch" },
  { "sec-purpose": "prefetch;prerender" },
];

/** Moves the pointer over each link that leads somewhere new, and returns all those. */
async function hoverLinks(page: Page, known: Set<string>): Promise<void> {
  for (const link of await page.locator("main a[href^='/'], header a[href^='/']").all()) {
    const href = (await link.getAttribute("href")) ?? "";
    if (known.has(href) || !(await link.isVisible())) continue;
    known.add(href);
    await link.hover();
    await link.focus();
  }
}

test("prefetching and hovering over every link of every page writes nothing", async ({ page, baseURL }) => {
  test.slow();
  await newOrder(baseURL ?? "");
  const all = (await samples(baseURL ?? "")).filter(({ page: name }) => !OPENS_A_FORM.has(name));
  const links = new Set<string>();
  for (const who of ["Alice", "Mia"] as const) {
    await signIn(page, who);
    const before = await everyRow();
    const found = new Set<string>();
    for (const { path } of all.filter((sample) => sample.who === who)) {
      await page.goto(path);
      await hoverLinks(page, found);
    }
    await page.waitForLoadState("networkidle");
    expect(found.size).toBeGreaterThan(10);
    for (const href of found)
      for (const headers of AHEAD) {
        const answer = await page.request.get(href, { headers, maxRedirects: 0 });
        expect(answer.status(), `${href} ${JSON.stringify(headers)}`).toBeLessThan(500);
      }
    expect(await everyRow()).toEqual(before);
    for (const href of found) links.add(href);
  }
  // What matters most was among them.
  expect([...links].some((href) => href.startsWith("/checkout/"))).toBe(true);
});

test("a checkout that a browser prerenders asks for no key until somebody looks at it, and is then paid once", async ({
  alice,
  orderId,
}) => {
  // As in a browser that prepares a page in advance: scripts run, and nobody sees it yet.
  await alice.addInitScript(() => {
    const state = { prerendering: location.pathname.startsWith("/checkout/") };
    Object.defineProperty(document, "prerendering", { get: () => state.prerendering });
    Object.assign(globalThis, {
      show: () => {
        state.prerendering = false;
        document.dispatchEvent(new Event("prerenderingchange"));
      },
    });
  });
  const before = await everyRow();
  await alice.goto(`/checkout/${orderId}`, { waitUntil: "networkidle" });
  await expect(payButton(alice)).toBeDisabled();
  expect(await everyRow()).toEqual(before);
  await alice.evaluate(() => (globalThis as unknown as { show: () => void }).show());
  await expect(payButton(alice)).toBeEnabled();
  expect(await books()`select 1 from idempotency_keys where purpose_id = ${orderId}`).toHaveLength(1);
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});
