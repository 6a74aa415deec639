/**
 * Every page of the policy, in English on a desk and in German on the narrowest telephone, there light and here dark: no
 * violation that axe finds (WCAG 2.2 A and AA, and its own best practices), no scrolling sideways, targets that a thumb can hit, and
 * no classes that contradict each other.
 */
import type { BrowserContext, Page } from "@playwright/test";
import { PAGES } from "../../server/identity/policy.ts";
import { violationsOn } from "../support/axe.ts";
import { contradictions } from "../support/class-names.ts";
import { expect, test } from "../support/fixtures.ts";
import { type Sample, samples, type Who } from "../support/samples.ts";
import { smallTargets } from "../support/targets.ts";

/** WCAG 2.2, 1.4.10 (Reflow). */
const NARROW = { width: 320, height: 700 };
const DESK = { width: 1280, height: 900 };

async function axe(page: Page, what: string): Promise<void> {
  expect.soft(await violationsOn(page), what).toEqual([]);
}

async function expectNoSidewaysScroll(page: Page, what: string): Promise<void> {
  // A chart learns its new width a moment after the window has got it.
  await expect
    .configure({ soft: true })
    .poll(
      () =>
        page.evaluate(() => {
          const root = document.scrollingElement ?? document.documentElement;
          return root.scrollWidth - root.clientWidth;
        }),
      { message: `${what} scrolls sideways` },
    )
    .toBeLessThanOrEqual(0);
}

async function open(page: Page, { path, page: name }: Sample): Promise<void> {
  const answer = await page.goto(path);
  expect.soft(answer?.status(), `${name} at ${path}`).toBe(200);
  await page.evaluate(() => {
    // What stands in a mail's frame runs no script, axe's included.
    for (const frame of document.querySelectorAll("iframe[sandbox]")) frame.remove();
    return document.fonts.ready.then(() => undefined);
  });
}

/** Looks at a page in one language, with axe at the width and in the scheme that go with it: so it sees both of each. */
async function look(page: Page, sample: Sample, locale: "en" | "de"): Promise<void> {
  const what = `${sample.page} for ${sample.who}, ${locale}`;
  const [width, scheme] = locale === "en" ? ([DESK, "light"] as const) : ([NARROW, "dark"] as const);
  await page.setViewportSize(width);
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
  await open(page, sample);
  await axe(page, `${what}, ${scheme}, ${width.width} px`);
  if (locale === "en") expect.soft(await contradictions(page), `${what}: classes`).toEqual([]);
  for (const size of locale === "de" ? [NARROW] : [DESK, NARROW]) {
    await page.setViewportSize(size);
    await expectNoSidewaysScroll(page, `${what}, ${size.width} px`);
    expect.soft(await smallTargets(page), `${what}, ${size.width} px: targets`).toEqual([]);
  }
}

const BUTTONS: Record<Exclude<Who, "nobody">, RegExp> = { Alice: /Alice/, Mia: /Mia/, Omar: /Omar/ };

async function contextOf(context: BrowserContext, who: Who): Promise<void> {
  if (who === "nobody") return;
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: BUTTONS[who] }).click();
  await page.waitForURL("/");
  await page.close();
}

// Nothing is pressed here, so that the walks need not wait for each other.
test.describe.configure({ mode: "parallel" });

/** A limit for hanging, like the one of a test with one page. */
const PAGE_LIMIT_MS = 60_000;

for (const who of ["nobody", "Alice", "Mia", "Omar"] as const) {
  for (const locale of ["en", "de"] as const) {
    test(`${who}'s pages, ${locale}`, async ({ context, baseURL }) => {
      const own = (await samples(baseURL ?? "")).filter((sample) => sample.who === who);
      test.setTimeout(own.length * PAGE_LIMIT_MS);
      await contextOf(context, who);
      await context.addCookies([{ name: "locale", value: locale, url: baseURL ?? "" }]);
      const page = await context.newPage();
      for (const sample of own) await look(page, sample, locale);
    });
  }
}

test("nothing is left out", async ({ baseURL }) => {
  const seen = new Set((await samples(baseURL ?? "")).map(({ page }) => page));
  expect([...seen].sort()).toEqual(Object.keys(PAGES).sort());
});
