/**
 * `npm run screenshots -- [address] [folder]`: pictures of every page of the policy, at the width of a telephone and of a desk,
 * light and dark, in both languages. The address is that of a running demo on an empty database of its own, whose data lie where
 * ONCE_DATA_DIR says; the folder is made where it is not there, and git ignores it where none is named.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { chromium } from "@playwright/test";
import { closeBooks } from "../e2e/support/books.ts";
import { launchOptions } from "../e2e/support/launch.ts";
import { type Sample, samples } from "../e2e/support/samples.ts";

const [address = "http://localhost:3000", folder = ".data/screenshots", only = ""] = process.argv.slice(2);

const WIDTHS = [390, 1280];
const SCHEMES = ["light", "dark"] as const;
const LOCALES = ["en", "de"];

/** A name that a file can have: the page's own, and who sees it. */
function nameOf({ page, who }: Sample): string {
  const words = page === "/" ? "start" : page.replaceAll(/[[\]]/g, "").slice(1).replaceAll("/", "-");
  return `${words}_${who.toLowerCase()}`;
}

mkdirSync(folder, { recursive: true });
const browser = await chromium.launch(launchOptions());
const wanted = (await samples(address)).filter((sample) => nameOf(sample).includes(only));
let count = 0;
for (const who of ["nobody", "Alice", "Mia", "Omar"] as const) {
  for (const locale of LOCALES) {
    const context = await browser.newContext({ baseURL: address, reducedMotion: "reduce" });
    const page = await context.newPage();
    if (who !== "nobody") {
      await page.goto("/sign-in");
      await page.getByRole("button", { name: new RegExp(who) }).click();
      await page.waitForURL("/");
    }
    await context.addCookies([{ name: "locale", value: locale, url: address }]);
    for (const sample of wanted.filter((one) => one.who === who)) {
      await page.goto(sample.path);
      await page.evaluate(() => document.fonts.ready.then(() => undefined));
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: width < 600 ? 844 : 900 });
        for (const colorScheme of SCHEMES) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          const file = `${nameOf(sample)}_${locale}_${width}_${colorScheme}.png`;
          await page.screenshot({ path: path.join(folder, file), fullPage: true });
          count += 1;
        }
      }
    }
    await context.close();
  }
}
await browser.close();
await closeBooks();
console.log(`${count} pictures in ${path.resolve(folder)}.`);
