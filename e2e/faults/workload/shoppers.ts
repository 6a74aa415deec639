/**
 * Users who pay orders in a real browser while faults are injected: they press twice, reload, navigate away, and press in
 * two tabs, until the page shows an outcome, which the checkers compare with the books.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { type BrowserContext, chromium, type Page } from "playwright";
import { launchOptions } from "../../support/launch.ts";
import { SHOPPER_HEADER } from "../injectors/http-recorder.ts";
import type { TestBed } from "../test-bed.ts";
import type { History, Shown } from "./history.ts";
import { newOrder, type People } from "./people.ts";
import type { Random } from "./random.ts";

/** The demo's payers, who sign in through its buttons. */
const BROWSER_USERS = ["Alice", "Bob"];
const POLL_INTERVAL_MS = 50;
/** A page that neither shows an outcome nor changes is reloaded after this. */
const RELOAD_AFTER_MS = 5_000;
/** Longer than every fault, and than a page checks before it asks its user. */
const CHECKOUT_LIMIT_MS = 240_000;
/** Before any fault. */
const SIGN_IN_LIMIT_MS = 60_000;
/** Of one press or navigation; what takes longer was broken by a fault. */
const STEP_LIMIT_MS = 5_000;
const TRY_AGAIN_MS = 1_000;
const PRESSES = 10;
/** Offered where Pay did not settle the order. */
const PLAIN_BUTTONS = ["Pay now", "Try again"];
/** A browser takes as much of the machine as a hundred programs. */
export const BROWSER_PAUSE_MS = 15_000;
/** A payment is in flight for about this long. */
const PAYMENT_MS = 100;

export type Shoppers = {
  /** Closes the browser once every order under way has an outcome. */
  end(): Promise<void>;
};

/** Starts a browser in which two users pay one order after another, with pauses of up to `pauseMs`. */
export async function startShoppers(
  { http, owner }: TestBed,
  { merchants, rich }: People,
  history: History,
  random: Random,
  pauseMs: number,
): Promise<Shoppers> {
  const browser = await chromium.launch(launchOptions());
  let isOn = true;
  const shopping = BROWSER_USERS.map(async (name) => {
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
  const sessions = shoppers.map(async ({ context, page, userId }) => {
    while (isOn) {
      const order = await newOrder(random.pick(merchants), random);
      if (!order) continue;
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
      await Promise.all(sessions).finally(() => browser.close());
    },
  };
}

async function signIn(page: Page, name: string): Promise<void> {
  await page.goto("/sign-in", { timeout: SIGN_IN_LIMIT_MS });
  await page.getByRole("button", { name: `Continue as ${name}` }).click({ timeout: SIGN_IN_LIMIT_MS });
  await page.waitForURL("/", { timeout: SIGN_IN_LIMIT_MS });
}

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
    const state = await readPage(page);
    const outcome = outcomeOf(state);
    if (outcome) return { userId, orderId, ...outcome };
    const pressable = state.buttons.find((name) => name.startsWith("Pay ") || name === "Try again");
    if (pressable && !PLAIN_BUTTONS.includes(pressable)) await press(context, page, checkout, random);
    else if (pressable) {
      await attempt(page.getByRole("button", { name: pressable }).click({ timeout: STEP_LIMIT_MS }));
      await sleep(TRY_AGAIN_MS);
    }

    const now = JSON.stringify(state);
    if (pressable || now !== before) [changedMs, before] = [performance.now(), now];
    else if (performance.now() - changedMs > RELOAD_AFTER_MS) {
      await attempt(page.goto(checkout, { timeout: STEP_LIMIT_MS }));
      changedMs = performance.now();
    }
    await sleep(POLL_INTERVAL_MS);
  }
  return { userId, orderId, saw: "nothing" };
}

/** Any step may fail under faults: what counts is what the page shows afterwards. */
async function attempt(step: Promise<unknown>): Promise<void> {
  await step.catch(() => {});
}

async function press(context: BrowserContext, page: Page, checkout: string, random: Random): Promise<void> {
  const click = (where: Page) =>
    attempt(where.getByRole("button", { name: /^Pay / }).click({ timeout: STEP_LIMIT_MS }));
  const ways: (() => Promise<void>)[] = [
    () => attempt(page.getByRole("button", { name: /^Pay / }).dblclick({ timeout: STEP_LIMIT_MS })),
    // Within the page, faster than any re-render.
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
      await sleep(random.int(PAYMENT_MS));
      await attempt(page.reload({ timeout: STEP_LIMIT_MS }));
    },
    async () => {
      await click(page);
      await sleep(random.int(PAYMENT_MS));
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

/** Runs in each document, and keeps every alert that it ever showed. */
function keepAlerts(selector: string): void {
  const kept = new Set<string>();
  Reflect.set(window, "alertsShown", kept);
  new MutationObserver(() => {
    for (const alert of document.querySelectorAll(selector)) kept.add(alert.textContent?.trim() ?? "");
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** `alerts`: all since the document was loaded. */
type PageState = { path: string; headings: string[]; alerts: string[]; buttons: string[]; text: string };

const PRESSABLE = 'button:not(:disabled, [aria-disabled="true"])';

/** Empty while the page navigates. */
async function readPage(page: Page): Promise<PageState> {
  try {
    // No named functions: esbuild would mark them with a helper that the page does not have.
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

function outcomeOf({ path, headings, alerts, text }: PageState) {
  if (alerts.some((alert) => alert.startsWith("Declined. No money has moved.")))
    return { saw: "decline" } as const;
  const paymentId = /^\/payments\/([0-9a-f-]{36})$/.exec(path)?.[1];
  if (paymentId && headings[0]?.startsWith("Paid")) return { saw: "receipt", paymentId } as const;
  if (text.includes("Somebody else has paid it.")) return { saw: "paid by somebody else" } as const;
  return undefined;
}
