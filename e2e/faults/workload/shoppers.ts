/**
 * People who pay orders in a real browser while faults are fired: they press twice, press and reload, press in two tabs,
 * press and walk away, and wait until the page shows what became of it. What it shows is held against the books.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "playwright";
import { launchOptions } from "../../support/launch.ts";
import type { Stage } from "../environment.ts";
import { SHOPPER_HEADER } from "../injectors/http-proxy.ts";
import type { History, Shown } from "./history.ts";
import type { Actor, People } from "./people.ts";
import type { Random } from "./random.ts";

/** The demo's payers, who sign in through its buttons. */
const NAMES = ["Alice", "Bob"];
const LOOK_AGAIN_MS = 50;
/** A page that neither shows an outcome nor can be pressed is reloaded after this, as people do. */
const PATIENCE_MS = 5_000;
/** Longer than every fault, and than a page goes on checking before it asks: then it never showed anything. */
const CHECKOUT_LIMIT_MS = 240_000;
/** Somebody signs in within this, before anything is broken. */
const SIGN_IN_LIMIT_MS = 60_000;
/** One press, one navigation: what takes longer was broken, and is looked at as it is. */
const STEP_LIMIT_MS = 5_000;
/** As often as somebody impatient asks for a page that could not be shown; each time, the server makes it anew. */
const TRY_AGAIN_MS = 1_000;
const PRESSES = 10;
/** What is offered where pressing Pay did not settle it; everything else that begins with "Pay" is Pay itself. */
const PLAIN_BUTTONS = ["Pay now", "Try again"];
/** Between two orders people do something else: a browser takes as much of the machine as a hundred programs. */
export const ELSEWHERE_MS = 15_000;
/** A payment is under way for about this long. */
const PAYING_MS = 100;

export type Shoppers = {
  /** Lets everybody finish the order they are at, and closes the browser. */
  end(): Promise<void>;
};

/**
 * Starts a browser in which Alice and Bob pay orders of the merchants, one after another, each until `end`. Between two
 * orders each of them pauses for up to `pauseMs`.
 */
export async function startShoppers(
  { http, owner }: Stage,
  { merchants, rich }: People,
  history: History,
  random: Random,
  pauseMs: number,
): Promise<Shoppers> {
  const browser = await chromium.launch(launchOptions());
  let isOn = true;
  const shopping = NAMES.map(async (name) => {
    const [user] = await owner<{ id: string }[]>`select id from users where handle = ${name.toLowerCase()}`;
    if (!user) throw new Error(`There is nobody called ${name}.`);
    const context = await browser.newContext({
      baseURL: http.baseUrl,
      extraHTTPHeaders: { [SHOPPER_HEADER]: user.id },
    });
    await context.addInitScript(keepAlerts, ALERT);
    const page = await context.newPage();
    await signIn(page, name);
    return { context, page, userId: user.id };
  });
  const shoppers = await Promise.all(shopping);
  const busy = shoppers.map(async ({ context, page, userId }) => {
    while (isOn) {
      const order = await newOrder(random.pick(merchants), random);
      if (!order) continue;
      // Sometimes somebody else wants to pay the same order.
      const rival = random.chance(25)
        ? random.pick(rich).client.payOrder({ ...order, currency: "USD" })
        : undefined;
      history.shown.push(await checkOut(context, page, userId, order.orderId, random));
      await rival;
      if (isOn) await sleep(random.int(pauseMs));
    }
  });
  return {
    async end() {
      isOn = false;
      await Promise.all(busy).finally(() => browser.close());
    },
  };
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-in", { timeout: SIGN_IN_LIMIT_MS });
  await page.getByRole("button", { name: `Continue as ${name}` }).click({ timeout: SIGN_IN_LIMIT_MS });
  await page.waitForURL("/", { timeout: SIGN_IN_LIMIT_MS });
}

async function newOrder(
  merchant: Actor,
  random: Random,
): Promise<{ orderId: string; amountMinor: string } | undefined> {
  const [orderId, amountMinor] = [randomUUID(), String(1 + random.int(900))];
  const items = [{ description: "Thing", quantity: 1, amountMinor }];
  const put = await merchant.client.putOrder(orderId, { description: "A thing", currency: "USD", items });
  return put.type === "ok" ? { orderId, amountMinor } : undefined;
}

/** Pays one order, in whatever way people press, and returns what the page came to show. */
async function checkOut(
  context: BrowserContext,
  page: Page,
  userId: string,
  orderId: string,
  random: Random,
): Promise<Shown> {
  const checkout = `/checkout/${orderId}`;
  const limitMs = performance.now() + CHECKOUT_LIMIT_MS;
  let changedMs = performance.now();
  let before = "";
  await attempt(page.goto(checkout, { timeout: STEP_LIMIT_MS }));
  while (performance.now() < limitMs) {
    const sight = await look(page);
    const outcome = outcomeOf(sight);
    if (outcome) return { userId, orderId, ...outcome };
    const pressable = sight.buttons.find((name) => name.startsWith("Pay ") || name === "Try again");
    if (pressable && !PLAIN_BUTTONS.includes(pressable)) await press(context, page, checkout, random);
    else if (pressable) {
      await attempt(page.getByRole("button", { name: pressable }).click({ timeout: STEP_LIMIT_MS }));
      await sleep(TRY_AGAIN_MS);
    }

    const now = JSON.stringify(sight);
    if (pressable || now !== before) [changedMs, before] = [performance.now(), now];
    else if (performance.now() - changedMs > PATIENCE_MS) {
      await attempt(page.goto(checkout, { timeout: STEP_LIMIT_MS }));
      changedMs = performance.now();
    }
    await sleep(LOOK_AGAIN_MS);
  }
  return { userId, orderId, saw: "nothing" };
}

/** A page may go away under any step, or the step may be broken: what counts is what the page shows afterwards. */
async function attempt(step: Promise<unknown>): Promise<void> {
  await step.catch(() => {});
}

/** Presses Pay, one way or another. */
async function press(context: BrowserContext, page: Page, checkout: string, random: Random): Promise<void> {
  const click = (where: Page) =>
    attempt(where.getByRole("button", { name: /^Pay / }).click({ timeout: STEP_LIMIT_MS }));
  const ways: (() => Promise<void>)[] = [
    () => attempt(page.getByRole("button", { name: /^Pay / }).dblclick({ timeout: STEP_LIMIT_MS })),
    // In one go inside the page, faster than any re-render.
    () =>
      attempt(
        page.getByRole("button", { name: /^Pay / }).evaluate(
          (button: HTMLButtonElement, times) => {
            for (let time = 0; time < times; time += 1) button.click();
          },
          PRESSES,
          { timeout: STEP_LIMIT_MS },
        ),
      ),
    async () => {
      await click(page);
      await sleep(random.int(PAYING_MS));
      await attempt(page.reload({ timeout: STEP_LIMIT_MS }));
    },
    async () => {
      await click(page);
      await sleep(random.int(PAYING_MS));
      await attempt(page.goto("/payments", { timeout: STEP_LIMIT_MS }));
      await attempt(page.goto(checkout, { timeout: STEP_LIMIT_MS }));
    },
    async () => {
      const other = await context.newPage();
      await attempt(other.goto(checkout, { timeout: STEP_LIMIT_MS }));
      await Promise.all([click(page), click(other)]);
      await other.close();
    },
  ];
  await random.pick(ways)();
}

const ALERT = '[role="alert"]';

/** Runs in each document: keeps every alert that it ever showed, however shortly. */
function keepAlerts(selector: string): void {
  const kept = new Set<string>();
  Reflect.set(window, "alertsShown", kept);
  new MutationObserver(() => {
    for (const alert of document.querySelectorAll(selector)) kept.add(alert.textContent?.trim() ?? "");
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** `alerts`: also those that the document showed before, and does not show any more. */
type Sight = { path: string; headings: string[]; alerts: string[]; buttons: string[]; text: string };

const PRESSABLE = 'button:not(:disabled, [aria-disabled="true"])';

/** What is on the page; nothing while it changes to another. */
async function look(page: Page): Promise<Sight> {
  try {
    // No function in here has a name: what compiles this file would mark it with a helper that a page does not have.
    const [path = "", text = "", alerts = [], ...texts] = await page.evaluate(
      (selectors) => [
        location.pathname,
        document.body.innerText,
        [...Reflect.get(window, "alertsShown")],
        ...selectors.map((selector) =>
          Array.from(document.querySelectorAll(selector), (one) => one.textContent?.trim() ?? ""),
        ),
      ],
      ["h1", PRESSABLE],
    );
    const [headings = [], buttons = []] = texts as string[][];
    return { path: String(path), text: String(text), headings, alerts: [...alerts], buttons };
  } catch {
    return { path: "", headings: [], alerts: [], buttons: [], text: "" };
  }
}

/** What the page says became of the order; undefined while it does not say. */
function outcomeOf({ path, headings, alerts, text }: Sight) {
  if (alerts.some((alert) => alert.startsWith("Declined. No money has moved.")))
    return { saw: "decline" } as const;
  const paymentId = /^\/payments\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (paymentId && headings[0]?.startsWith("Paid")) return { saw: "receipt", paymentId } as const;
  if (text.includes("Somebody else has paid it.")) return { saw: "paid by somebody else" } as const;
  return undefined;
}
