/** What every story begins with: an engine, a line to the server that can be broken, Alice at a window, an order of hers. */

import { test as base, expect } from "@playwright/test";
import { findFirefox, findWebKit } from "../../scripts/engines.mjs";
import { closeBooks, expectPaidOnce, forgetOpenKeys, newOrder } from "../support/books.ts";
import type { Engine, EngineName, EngineOptions } from "./engine.ts";
import { type Line, startLine } from "./line.ts";
import { PORT } from "./playwright.config.ts";
import { launchChromium, launchFirefox } from "./puppeteer.ts";
import { launchWebKit } from "./webkitgtk.ts";
import { openWindow, type Person, signIn, signOut, type Window } from "./window.ts";

/** Where the server is asked without a browser. */
export const SERVER = `http://127.0.0.1:${PORT}`;

/** A browser with one set of cookies, and who is signed in there. */
export type Payers = {
  /** Another window of the same browser. It is closed at the story's end. */
  window(): Promise<Window>;
  /** A window in which somebody is signed in, and with it every window of the browser. */
  signedIn(who: Person): Promise<Window>;
  /** Signs out in one window, and with it in all of them. */
  signOut(window: Window): Promise<void>;
};

type Fixtures = {
  /** The id of a fresh order over $38.00. */
  orderId: string;
  /** A window of Alice's, signed in. */
  alice: Window;
  payers: Payers;
  /** The same in a browser whose scripts are switched off. */
  scriptless: Payers;
  /** No story begins with what another left open, or with a broken line. */
  clean: undefined;
};

type Launched = { engine: Engine; signedIn: Person | undefined };
type Launch = (options: EngineOptions) => Promise<Engine>;

type WorkerFixtures = {
  launch: Launch | undefined;
  line: Line;
  browsers: Map<boolean, Launched>;
};

/** How an engine is started here, undefined where it is not installed. */
function launchOf(name: EngineName): Launch | undefined {
  switch (name) {
    case "chromium":
      return launchChromium;
    case "firefox": {
      const path = findFirefox();
      return path === undefined ? undefined : (options) => launchFirefox(path, options);
    }
    case "webkitgtk": {
      const programs = findWebKit();
      return programs === undefined ? undefined : (options) => launchWebKit(programs, options);
    }
    default:
      return name satisfies never;
  }
}

/** Each engine is started once, and once more without scripts where a story wants that. */
async function launched(browsers: Map<boolean, Launched>, launch: Launch | undefined, hasScripts: boolean) {
  const known = browsers.get(hasScripts);
  if (known !== undefined) return known;
  if (launch === undefined) throw new Error("Bug: a story is told to an engine that is not here.");
  const browser: Launched = { engine: await launch({ hasScripts }), signedIn: undefined };
  browsers.set(hasScripts, browser);
  return browser;
}

function payersOf(browser: Launched, line: Line, opened: Window[]): Payers {
  const window = async () => {
    const one = await openWindow(browser.engine, line.address);
    opened.push(one);
    return one;
  };
  return {
    window,
    async signedIn(who) {
      const one = await window();
      if (browser.signedIn === who) return one;
      browser.signedIn = undefined;
      await signIn(one, who);
      browser.signedIn = who;
      return one;
    },
    async signOut(one) {
      browser.signedIn = undefined;
      await signOut(one);
    },
  };
}

/** Tells what a window showed when a story failed, and closes those that it opened. */
async function closeAll(opened: Window[], hasFailed: boolean): Promise<void> {
  for (const window of opened.reverse()) {
    if (hasFailed) console.log(`${await window.path().catch(String)}\n${await window.words().catch(String)}`);
    await window.close().catch(() => {});
  }
}

const SETTLED = /^(passed|skipped)$/;

export const test = base.extend<Fixtures, WorkerFixtures>({
  launch: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must make from this pattern.
    async ({}, use, { project }) => use(launchOf(project.name as EngineName)),
    { scope: "worker" },
  ],
  line: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must make from this pattern.
    async ({}, use) => {
      const line = await startLine(PORT);
      await use(line);
      await line.close();
      await closeBooks();
    },
    { scope: "worker" },
  ],
  browsers: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must make from this pattern.
    async ({}, use) => {
      const browsers = new Map<boolean, Launched>();
      await use(browsers);
      await Promise.all([...browsers.values()].map(({ engine }) => engine.close()));
    },
    { scope: "worker" },
  ],
  clean: [
    async ({ launch, line }, use, { project }) => {
      test.skip(launch === undefined, `${project.name} is not installed here`);
      line.renew();
      await forgetOpenKeys();
      await use(undefined);
    },
    { auto: true },
  ],
  payers: async ({ browsers, launch, line, clean: _ }, use, info) => {
    const opened: Window[] = [];
    await use(payersOf(await launched(browsers, launch, true), line, opened));
    line.mend();
    await closeAll(opened, !SETTLED.test(info.status ?? ""));
  },
  scriptless: async ({ browsers, launch, line, clean: _ }, use, info) => {
    const opened: Window[] = [];
    await use(payersOf(await launched(browsers, launch, false), line, opened));
    line.mend();
    await closeAll(opened, !SETTLED.test(info.status ?? ""));
  },
  alice: async ({ payers }, use) => use(await payers.signedIn("Alice")),
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures it must make from this pattern.
  orderId: async ({}, use) => use(await newOrder(SERVER)),
});

export { expect };

/** Stories that `npm test` tells; the others are for `npm run engines`. */
export const CORE = { tag: "@core" };

/** What the button's name begins with. */
export const PAY = "Pay $";

/** Whether React itself says that Pay can be pressed. */
const REACT_HOLDS_PAY = `(() => {
  const pay = [...document.querySelectorAll("button")].find((one) => one.innerText.startsWith("${PAY}"));
  const props = Object.entries(pay ?? {}).find(([name]) => name.startsWith("__reactProps$"))?.[1];
  return props?.["aria-disabled"] === false;
})()`;

/**
 * Waits until Pay can be pressed and the page lives: what comes of an answer that is lost is React's to say, and a press before
 * that is a plain form's.
 */
export async function expectHeldByReact(window: Window): Promise<void> {
  await window.expectButton(PAY);
  await window.expectTrue(REACT_HOLDS_PAY);
}

/** Opens the checkout and waits until its Pay can be pressed. */
export async function openCheckout(window: Window, orderId: string): Promise<void> {
  await window.open(`/checkout/${orderId}`);
  await expectHeldByReact(window);
}

/** Waits for the receipt. */
export async function expectReceipt(window: Window, amount = "$38.00"): Promise<void> {
  await window.expectPath(/^\/payments\/[0-9a-f-]{36}$/);
  await window.expectWords(/^Paid /m);
  await window.expectWords(amount);
}

/** How nearly every story ends: the window shows the receipt of the one payment there is, and the books are right. */
export async function expectReceiptOfOnePayment(window: Window, orderId: string): Promise<void> {
  await expectReceipt(window);
  expect(await window.path()).toContain((await expectPaidOnce(orderId)).id);
}

/** Waits until the server has answered so many requests to pay, whatever became of the answers. */
export async function expectAnswered(line: Line, count: number): Promise<void> {
  await expect
    .poll(() => line.arrivals().filter(({ isAnswered }) => isAnswered).length)
    .toBeGreaterThanOrEqual(count);
}
