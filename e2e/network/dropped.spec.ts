/**
 * Every answer that the course of a payment consists of is lost, one at a time, until the payer notices, whatever the browser does about it by
 * itself. Payers press what the page offers; each ends at one payment and its receipt.
 */
import type { Browser } from "@playwright/test";
import { expectPaidOnce } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";
import { type FaultyProxy, startFaultyProxy } from "./faulty-proxy.ts";
import { latestOrderOf, type Pressed, payByWhatIsOffered } from "./payer.ts";

/** What is asked for between signing in and the receipt. Files, icons and what is fetched in advance are none of the course. */
const COURSE = {
  scripted: [
    "GET /sign-in",
    "POST /sign-in (action)",
    "POST / (action)",
    "POST /api/idempotency-keys",
    "POST /checkout/{id} (action)",
    "GET /payments/{id} (rsc)",
  ],
  plain: [
    "GET /sign-in",
    "POST /sign-in",
    "GET /",
    "POST /",
    "GET /checkout/{id}",
    "POST /checkout/{id}/continue",
    "GET /checkout/{id}/form",
    "POST /checkout/{id}/pay",
    "GET /payments/{id}",
  ],
};

/** Next.js sends a title that comes late, and the icon with it, in the body; there Chromium overlooks the icon, and asks for the one of every site. */
const isBeside = (label: string) => /_next\/static|\(prefetch\)|\/(icon\.svg|favicon\.ico)$/.test(label);

/** For hanging, not for slowness. */
const EVERY_ANSWER_LIMIT_MS = 60 * 60_000;

type How = keyof typeof COURSE;

let proxy: FaultyProxy;
test.beforeAll(async ({ baseURL }) => {
  proxy = await startFaultyProxy(() => Number(new URL(baseURL ?? "").port));
});
test.afterAll(() => proxy.close());

/** Goes from signing in to the receipt, and checks the books. */
async function pay(browser: Browser, how: How, onTrouble: () => void): Promise<Pressed[]> {
  const context = await browser.newContext({
    baseURL: proxy.address,
    javaScriptEnabled: how === "scripted",
  });
  try {
    const page = await context.newPage();
    await page.goto("/sign-in").catch(() => undefined);
    const pressed = await payByWhatIsOffered(page, how, onTrouble);
    await expectPaidOnce(await latestOrderOf("alice"));
    return pressed;
  } finally {
    await context.close();
  }
}

for (const [how, course] of Object.entries(COURSE) as [How, string[]][]) {
  test(`the course of a payment is what is listed (${how})`, async ({ browser }) => {
    proxy.treat(() => "pass");
    const from = proxy.seen.length;
    await pay(browser, how, () => {});
    const labels = proxy.seen.slice(from).map(({ label }) => label);
    expect([...new Set(labels.filter((label) => !isBeside(label)))]).toEqual(course);
  });

  for (const lost of course)
    test(`the answer to ${lost} is lost until the payer notices: one payment (${how})`, async ({
      browser,
    }) => {
      let isMended = false;
      const before = proxy.faults();
      proxy.treat(({ label }) => (label === lost && !isMended ? "lose-answer" : "pass"));
      const pressed = await pay(browser, how, () => {
        isMended = true;
      });
      expect(proxy.faults()).toBeGreaterThan(before);
      test.info().annotations.push({ type: "pressed", description: pressed.join(", ") });
    });
}

/** Some minutes, so it is asked for: each answer once, those of files and of what is fetched in advance among them. */
if (process.env.ONCE_EVERY_ANSWER === "1")
  for (const how of ["scripted", "plain"] as const)
    test(`each single answer is lost once: one payment each time (${how})`, async ({ browser }) => {
      test.setTimeout(EVERY_ANSWER_LIMIT_MS);
      proxy.treat(() => "pass");
      const from = proxy.seen.length;
      await pay(browser, how, () => {});
      const answers = proxy.seen.length - from;
      for (let lost = 0; lost < answers; lost += 1)
        await test.step(`answer ${lost + 1} of ${answers}`, async () => {
          let come = 0;
          proxy.treat(() => (come++ === lost ? "lose-answer" : "pass"));
          await pay(browser, how, () => {});
        });
    });
