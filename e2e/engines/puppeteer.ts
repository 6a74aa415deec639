/** Chromium and Firefox, by Puppeteer: over the DevTools protocol the one, over WebDriver BiDi the other. */
import puppeteer, { type Browser, type LaunchOptions } from "puppeteer-core";
import { launchOptions } from "../support/launch.ts";
import type { Engine, EngineOptions, Point, Tab } from "./engine.ts";

/** A browser that does not end when it is told to is ended. */
const END_LIMIT_MS = 10_000;
/** A start takes seconds, on a busy machine more of them. */
const START_LIMIT_MS = 90_000;

export async function launchChromium({ hasScripts }: EngineOptions): Promise<Engine> {
  return launch({ browser: "chrome", ...launchOptions() }, hasScripts);
}

/** Firefox switches scripts off for a whole profile only. */
export async function launchFirefox(executablePath: string, { hasScripts }: EngineOptions): Promise<Engine> {
  const extraPrefsFirefox = { "javascript.enabled": hasScripts };
  return launch({ browser: "firefox", executablePath, extraPrefsFirefox }, true);
}

async function launch(options: LaunchOptions, hasScripts: boolean): Promise<Engine> {
  const browser = await puppeteer.launch({
    headless: true,
    timeout: START_LIMIT_MS,
    // Stories go by what is on the page, at the size of a usual window.
    defaultViewport: { width: 1280, height: 900 },
    ...options,
  });
  return {
    name: (await browser.version()).replace("/", " "),
    newTab: () => newTab(browser, hasScripts),
    close: () => end(browser),
  };
}

async function newTab(browser: Browser, hasScripts: boolean): Promise<Tab> {
  const page = await browser.newPage();
  if (!hasScripts) await page.setJavaScriptEnabled(false);
  return {
    async goto(address) {
      await page.goto(address, { waitUntil: "domcontentloaded" });
    },
    async reload() {
      await page.evaluate("void setTimeout(() => location.reload())");
    },
    evaluate: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
    click: ({ x, y }: Point, times = 1) => page.mouse.click(x, y, { count: times }),
    async enterAndClick({ x, y }) {
      await Promise.all([page.keyboard.press("Enter"), page.mouse.click(x, y)]);
    },
    type: (text) => page.keyboard.type(text),
    close: () => page.close(),
  };
}

async function end(browser: Browser): Promise<void> {
  const process = browser.process();
  const timer = setTimeout(() => process?.kill("SIGKILL"), END_LIMIT_MS);
  await browser.close().catch(() => {});
  clearTimeout(timer);
}
