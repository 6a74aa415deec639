/** A person who wants to pay one order and presses whatever the page offers, until the receipt is there. */
import type { Locator, Page } from "@playwright/test";
import { books, paymentsOf } from "../support/books.ts";
import { expect, payButton } from "../support/fixtures.ts";

/** What says that no money has moved. While a payment exists, no page of its order may. */
const A_NO = /no money has moved|nothing was (sent|taken)|never will be|was not carried out/i;

/** More presses than any course needs. */
const MAX_PRESSES = 20;
/** For hanging, not for slowness: a page that has nothing to press and no receipt. */
const OFFERED_WITHIN_MS = 60_000;
/** A page that stays as it is for this long after a press has not noticed it. */
const NOTICED_WITHIN_MS = 30_000;

export type Pressed =
  | "Continue as Alice"
  | "Order"
  | "Pay"
  | "Pay now"
  | "Try again"
  | "Continue"
  | "Load again";

type Offer = { name: Pressed; isThere: () => Promise<boolean>; press: () => Promise<unknown> };

/** What somebody presses whom nothing holds up, each once. */
const COURSE: { scripted: readonly Pressed[]; plain: readonly Pressed[] } = {
  scripted: ["Continue as Alice", "Order", "Pay"],
  plain: ["Continue as Alice", "Order", "Continue", "Pay"],
};

/**
 * Uses `page` until it shows the receipt. `onTrouble` is told before a press that only somebody makes who was held up, so
 * that a test can end what holds them up. Returns what was pressed, in order.
 */
export async function payByWhatIsOffered(
  page: Page,
  how: "scripted" | "plain",
  onTrouble: () => void = () => {},
  order: { name: string; amount: string } = { name: "Order Espresso", amount: "$3.20" },
): Promise<Pressed[]> {
  const reload = () => page.reload().catch(() => undefined);
  const button = (name: Pressed, accessibleName: string | RegExp): Offer => {
    const what = page.getByRole("button", { name: accessibleName, exact: true }).and(enabled(page)).first();
    return { name, isThere: () => what.isVisible(), press: () => what.click({ noWaitAfter: true }) };
  };
  const loadAgain = (what: Locator): Offer => ({
    name: "Load again",
    isThere: () => what.isVisible(),
    press: reload,
  });
  const offers: Offer[] = [
    button("Continue as Alice", "Continue as Alice"),
    button("Order", order.name),
    button("Pay", /^Pay \D*\d/),
    button("Pay now", "Pay now"),
    button("Try again", "Try again"),
    loadAgain(page.getByRole("link", { name: /^Load (the|this) page again/ })),
    button("Continue", "Continue"),
    // A proxy's own page.
    loadAgain(page.getByRole("heading", { name: "502 Bad Gateway" })),
    // The browser's own, about a server that did not answer; without scripts it stays invisible.
    {
      name: "Load again",
      isThere: async () => (await page.locator("body.neterror").count()) > 0,
      press: reload,
    },
  ];
  const receipt = page.getByRole("heading", { level: 1, name: new RegExp(`^Paid.*\\${order.amount}`) });
  const pressed: Pressed[] = [];
  while (pressed.length < MAX_PRESSES) {
    let offer: Offer | "receipt" | undefined;
    await expect(async () => {
      offer = (await receipt.isVisible()) ? "receipt" : await firstOf(offers);
      expect(offer, `something to press after ${pressed.join(", ")}`).toBeDefined();
    }).toPass({ intervals: [50], timeout: OFFERED_WITHIN_MS });
    if (offer === "receipt") return pressed;
    if (offer === undefined) break;
    await expectHonest(page);
    const before = await shown(page);
    if (pressed.includes(offer.name) || !COURSE[how].includes(offer.name)) onTrouble();
    pressed.push(offer.name);
    await offer.press();
    const now = () => shown(page);
    await expect
      .poll(now, { timeout: NOTICED_WITHIN_MS, message: `${offer.name} is noticed` })
      .not.toBe(before);
  }
  throw new Error(`There is no receipt after ${pressed.join(", ")}.`);
}

async function firstOf(offers: readonly Offer[]): Promise<Offer | undefined> {
  for (const offer of offers) if (await offer.isThere()) return offer;
  return undefined;
}

/** What can be pressed. */
const enabled = (page: Page) => page.locator(":enabled:not([aria-disabled=true])");

/** What a person sees, as text; the browser's own pages have some, too. */
async function shown(page: Page): Promise<string> {
  const state = () => [
    document.URL,
    document.body?.innerText,
    [...document.querySelectorAll("button")].map((one) => [one.disabled, one.ariaDisabled]),
    performance.timeOrigin,
  ];
  return JSON.stringify(await page.evaluate(state).catch(() => ["between two pages"]));
}

/** Fails where the page says that no money has moved while a payment of the order that it shows has been made. */
export async function expectHonest(page: Page): Promise<void> {
  const orderId = /\/checkout\/([0-9a-f-]{36})/.exec(page.url())?.[1];
  if (orderId === undefined) return;
  const text = await page.locator("body").innerText();
  if (!A_NO.test(text)) return;
  expect(
    (await paymentsOf(orderId)).filter(({ status }) => status === "succeeded"),
    text,
  ).toEqual([]);
}

/** The order that the latest payment of Alice's was for. */
export async function latestOrderOf(handle: string): Promise<string> {
  const [row] = await books()<{ purpose_id: string }[]>`
    select purpose_id from payments
     where kind = 'order' and user_id = (select id from users where handle = ${handle})
     order by settled_at desc, id desc limit 1`;
  if (!row) throw new Error(`${handle} has paid nothing.`);
  return row.purpose_id;
}

/** Whether Pay can be pressed; waits until it can. */
export async function expectReady(page: Page): Promise<void> {
  await expect(payButton(page).and(enabled(page))).toBeVisible();
}
