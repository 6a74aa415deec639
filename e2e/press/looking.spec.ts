/** Looking ahead is not paying: whatever a browser fetches or prepares before anybody goes there, nothing is written for it. */
import type { Page } from "@playwright/test";
import type { PageName } from "../../server/identity/policy.ts";
import { books, expectPaidOnce, newOrder } from "../support/books.ts";
import { expect, expectReceipt, payButton, signIn, test } from "../support/fixtures.ts";
import { everyRow } from "../support/rows.ts";
import { samples } from "../support/samples.ts";

/** Where links are: the start, every list, and one of each thing. Opening a form to pay is no mere looking, and is not among them. */
const HAVE_LINKS = {
  Alice: ["/", "/payments", "/requests", "/where", "/settings", "/payments/[id]", "/request/[orderId]"],
  Mia: ["/", "/orders", "/links", "/sales", "/orders/[id]", "/links/[id]"],
} as const satisfies Record<string, readonly PageName[]>;

/** As the router fetches what a link leads to, as a browser does that is told to, and as one that guesses. */
const AHEAD = [
  { rsc: "1", "next-router-prefetch": "1" },
  { rsc: "1", "next-router-prefetch": "1", "next-router-segment-prefetch": "/_tree" },
  { "sec-purpose": "prefetch;prerender", purpose: "prefetch" },
];

/** Has the pointer come over every link of the page, and the focus. Returns where they lead. */
function hoverLinks(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const links = [...document.querySelectorAll<HTMLAnchorElement>("a[href^='/']")];
    for (const link of links) {
      for (const type of ["pointerover", "mouseover", "touchstart"])
        link.dispatchEvent(new Event(type, { bubbles: true }));
      link.focus();
    }
    return links.map((link) => link.getAttribute("href") ?? "");
  });
}

test("prefetching and hovering over every link writes nothing", async ({ page, baseURL }) => {
  const all = await samples(baseURL ?? "");
  const places = (who: "Alice" | "Mia") =>
    all.filter((sample) => sample.who === who && HAVE_LINKS[who].some((name) => name === sample.page));
  // An order that nobody has paid, at the start of whoever may pay it.
  await newOrder(baseURL ?? "");
  const everywhere = new Set<string>();
  for (const who of ["Alice", "Mia"] as const) {
    await signIn(page, who);
    const before = await everyRow();
    const found = new Map<string, string>();
    for (const { path } of places(who)) {
      await page.goto(path);
      // One link of each kind: what differs are the ids in them.
      for (const href of await hoverLinks(page)) found.set(href.replaceAll(/[0-9a-f-]{36}|\?.*/g, ""), href);
    }
    await page.waitForLoadState("networkidle");
    const statusOf = async (href: string, headers: Record<string, string>) =>
      (await page.request.get(href, { headers, maxRedirects: 0 })).status();
    for (const href of found.values())
      for (const status of await Promise.all(AHEAD.map((headers) => statusOf(href, headers))))
        expect(status, href).toBeLessThan(500);
    expect(await everyRow()).toEqual(before);
    for (const href of found.values()) everywhere.add(href);
  }
  for (const kind of [/^\/checkout\//, /^\/payments\//, /^\/orders\//, /^\/send/, /^\/top-up/])
    expect([...everywhere].filter((href) => kind.test(href)).length, String(kind)).toBeGreaterThan(0);
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
