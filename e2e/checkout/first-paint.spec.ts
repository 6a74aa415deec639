/**
 * Pay before, while and after React takes it over. The page's own script opens it as soon as the form is painted; whoever
 * presses when, it is one payment under the one key that was issued.
 */
import type { Page, Request } from "@playwright/test";
import { block, continueButton, isApi, isScript } from "../support/blocked.ts";
import {
  books,
  expectPaidOnce,
  expectTransferOnce,
  newOrder,
  paymentsOf,
  transfersOf,
} from "../support/books.ts";
import {
  expect,
  expectAtWork,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  signIn,
  test,
} from "../support/fixtures.ts";

/** What a page asked of the server that a payment is made of, from now on. */
function watch(page: Page) {
  const seen = { keys: 0, plain: 0, others: 0 };
  page.on("request", (request) => {
    if (request.method() !== "POST") return;
    const { pathname } = new URL(request.url());
    if (pathname === "/api/idempotency-keys") seen.keys += 1;
    else if (isPlainPay(request)) seen.plain += 1;
    else if (pathname.startsWith("/api/") || request.headers()["next-action"]) seen.others += 1;
  });
  return seen;
}

const isPlainPay = (request: Request) => request.method() === "POST" && request.url().endsWith("/pay");

/** Holds back what `isHeld` says until the returned function is called. */
async function hold(page: Page, isHeld: (request: Request) => boolean): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/*", async (route) => {
    if (isHeld(route.request())) await released;
    await route.fallback();
  });
  return release;
}

const isChunk = (request: Request) => request.resourceType() === "script";
const isKeyRequest = (request: Request) => request.url().endsWith("/api/idempotency-keys");

/** Opens the page without waiting for scripts, and waits until its button is there all the same. */
async function openUnhydrated(page: Page, path: string, button = payButton(page)): Promise<void> {
  await page.goto(path, { waitUntil: "commit" });
  await expect(button).toBeEnabled();
  expect(await page.evaluate(() => globalThis.onceFirstPaint !== undefined)).toBe(true);
}

const PRESSES: { when: string; press: (page: Page) => Promise<void> }[] = [
  { when: "one click", press: (page) => payButton(page).click() },
  { when: "a double click", press: (page) => payButton(page).dblclick() },
  {
    when: "twenty clicks",
    press: (page) =>
      payButton(page).evaluate((button: HTMLButtonElement) => {
        for (let click = 0; click < 20; click += 1) button.click();
      }),
  },
  {
    when: "Enter",
    press: async (page) => {
      await payButton(page).focus();
      await page.keyboard.press("Enter");
    },
  },
];

for (const { when, press } of PRESSES) {
  test(`${when} before React is there pays once, as a plain form`, async ({ alice, orderId }) => {
    await hold(alice, isChunk);
    const seen = watch(alice);
    await openUnhydrated(alice, `/checkout/${orderId}`);
    await press(alice);
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
    expect(seen).toEqual({ keys: 1, plain: 1, others: 0 });
  });
}

test("clicks that go on while the plain form is on its way send nothing more", async ({ alice, orderId }) => {
  await hold(alice, isChunk);
  const releasePress = await hold(alice, isPlainPay);
  const seen = watch(alice);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  // From inside, one with each frame: a locator waits for the page to come.
  const clicked = alice.waitForFunction(() => {
    const pay = document.querySelector<HTMLButtonElement>("main form button[aria-disabled=true]");
    pay?.click();
    const clicks = Number(pay?.dataset.clicks ?? 0) + 1;
    if (pay) pay.dataset.clicks = String(clicks);
    return clicks > 20;
  });
  await payButton(alice).click({ noWaitAfter: true });
  await clicked;
  releasePress();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(seen).toEqual({ keys: 1, plain: 1, others: 0 });
});

test("a press before the key is there is none, and one after it pays once", async ({ alice, orderId }) => {
  await hold(alice, isChunk);
  const releaseKey = await hold(alice, isKeyRequest);
  const seen = watch(alice);
  await alice.goto(`/checkout/${orderId}`, { waitUntil: "commit" });
  await expect(payButton(alice)).toBeDisabled();
  await payButton(alice).click({ force: true });
  await payButton(alice).evaluate((button: HTMLButtonElement) => button.form?.requestSubmit());
  expect(await paymentsOf(orderId)).toEqual([]);
  releaseKey();
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(seen).toEqual({ keys: 1, plain: 1, others: 0 });
});

test("React takes over the key, whose press then goes its own way", async ({ alice, orderId }) => {
  const releaseScripts = await hold(alice, isChunk);
  const seen = watch(alice);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  releaseScripts();
  await expectAtWork(alice);
  const key = await alice.evaluate(() => JSON.parse(Object.values({ ...sessionStorage })[0] ?? "{}").key);
  await payButton(alice).click();
  await expectReceipt(alice);
  expect((await expectPaidOnce(orderId)).id).toBe(key);
  expect(seen).toEqual({ keys: 1, plain: 0, others: 1 });
});

test("React waits for the key that was asked for, instead of asking for another", async ({
  alice,
  orderId,
}) => {
  const releaseKey = await hold(alice, isKeyRequest);
  const seen = watch(alice);
  await alice.goto(`/checkout/${orderId}`);
  // Until React has taken it. Compared there: to look at the promise itself would be to wait for it.
  await expect.poll(() => alice.evaluate(() => globalThis.onceFirstPaint?.answer === undefined)).toBe(true);
  await expect(payButton(alice)).toBeDisabled();
  releaseKey();
  await expectAtWork(alice);
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(seen).toEqual({ keys: 1, plain: 0, others: 1 });
});

/** Waits until React says that a press is being sent, and presses once more. From inside: a locator waits for the page to come. */
function untilSending(page: Page) {
  return page.waitForFunction(() => {
    const says = document.querySelector("main [role=status]")?.textContent?.includes("Sending your payment");
    const pay = document.querySelector<HTMLButtonElement>("main form button[aria-disabled=true]");
    if (!says || !pay) return false;
    pay.click();
    return true;
  });
}

test("a press that is under way when React comes is shown as such, and not sent again", async ({
  alice,
  orderId,
}) => {
  const releaseScripts = await hold(alice, isChunk);
  const releasePress = await hold(alice, isPlainPay);
  const seen = watch(alice);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  const shown = untilSending(alice);
  await payButton(alice).click({ noWaitAfter: true });
  releaseScripts();
  await shown;
  releasePress();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(seen).toEqual({ keys: 1, plain: 1, others: 0 });
});

test("clicks that go on while React takes over are one payment", async ({ alice, orderId }) => {
  const releaseScripts = await hold(alice, isChunk);
  const seen = watch(alice);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  // From the moment that the first script runs, so that some meet each step of it.
  await alice.evaluate(() => {
    new MutationObserver((_changes, observer) => {
      observer.disconnect();
      setInterval(() => document.querySelector<HTMLButtonElement>("main form button")?.click(), 1);
    }).observe(document, { subtree: true, childList: true, attributes: true });
  });
  releaseScripts();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(seen.keys).toBe(1);
});

test("a press whose answer is lost leads to its receipt, and one that was lost on the way is sent again", async ({
  alice,
  baseURL,
}) => {
  for (const isExecuted of [true, false]) {
    const orderId = await newOrder(baseURL ?? "");
    await hold(alice, isChunk);
    await alice.route("**/pay", async (route) => {
      if (isExecuted) await route.fetch({ maxRedirects: 0 });
      await route.abort("connectionreset");
    });
    await openUnhydrated(alice, `/checkout/${orderId}`);
    const failed = alice.waitForEvent("requestfailed", isPlainPay);
    await payButton(alice).click({ noWaitAfter: true });
    await failed;
    await alice.unrouteAll({ behavior: "ignoreErrors" });
    expect(await paymentsOf(orderId)).toHaveLength(isExecuted ? 1 : 0);
    await alice.goto(`/checkout/${orderId}`);
    await expectReceipt(alice);
    await expectPaidOnce(orderId);
  }
});

test("a page that comes back from the browser's cache shows what became of its press", async ({
  alice,
  orderId,
}) => {
  await block(alice, isScript);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  await payButton(alice).click();
  await expectReceipt(alice);
  await alice.evaluate(() => history.back());
  await expectReceipt(alice);
  // Where the browser has kept the page itself.
  const another = await newOrder(new URL(alice.url()).origin);
  await alice.route("**/pay", (route) => route.fulfill({ status: 204 }));
  await openUnhydrated(alice, `/checkout/${another}`);
  await payButton(alice).click();
  await expect(payButton(alice)).toHaveAttribute("aria-disabled", "true");
  await alice.evaluate(() => {
    dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
  });
  await expect(payButton(alice)).toBeDisabled();
  await expect(continueButton(alice)).toBeVisible();
  expect(await paymentsOf(another)).toEqual([]);
});

test("a page that is prerendered asks for no key before it is shown", async ({ alice, orderId }) => {
  await alice.addInitScript(() => {
    Object.defineProperty(document, "prerendering", { value: true, configurable: true });
  });
  const seen = watch(alice);
  await alice.goto(`/checkout/${orderId}`, { waitUntil: "networkidle" });
  await expect(payButton(alice)).toBeDisabled();
  expect(seen).toEqual({ keys: 0, plain: 0, others: 0 });
  expect(await books()`select 1 from idempotency_keys where purpose_id = ${orderId}`).toHaveLength(0);
  await alice.evaluate(() => {
    Object.defineProperty(document, "prerendering", { value: false });
    document.dispatchEvent(new Event("prerenderingchange"));
  });
  await expectAtWork(alice);
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(seen.keys).toBe(1);
});

test("a key that cannot be had at first is asked for again by React", async ({ alice, orderId }) => {
  let asked = 0;
  await alice.route("**/api/idempotency-keys", async (route) => {
    asked += 1;
    await (asked === 1 ? route.abort() : route.fallback());
  });
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
  expect(asked).toBe(2);
});

test("a press of before is not sent a second time by hand: React checks it", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await block(alice, (route) => isPayment(route) || isApi(route));
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  const releaseScripts = await hold(alice, isChunk);
  const seen = watch(alice);
  await alice.reload({ waitUntil: "commit" });
  await expect(payButton(alice)).toBeDisabled();
  await expect(continueButton(alice)).toBeVisible();
  expect(seen).toMatchObject({ keys: 0, plain: 0 });
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  releaseScripts();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("whoever is signed in by now pays nothing for who opened the form", async ({ alice, orderId }) => {
  await hold(alice, isChunk);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  const other = await alice.context().newPage();
  await signIn(other, "Bob");
  await other.close();
  await payButton(alice).click();
  await expect(alice.getByText("was begun by somebody else")).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
});

test("a decline says that no money has moved, and the same form goes on", async ({ alice, baseURL }) => {
  const orderId = await newOrder(baseURL ?? "", "900000000000", 1);
  await hold(alice, isChunk);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  await payButton(alice).click();
  await expect(alice.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await alice.goto(`/checkout/${orderId}`);
  await expect(alice.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  await expectAtWork(alice);
  expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(["declined"]);
});

test("a decline that another tab has met is React's to show: Pay does not open before", async ({
  alice,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "", "900000000000", 1);
  await openCheckout(alice, orderId);
  const other = await alice.context().newPage();
  await openCheckout(other, orderId);
  await payButton(other).click();
  await expect(other.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  const releaseScripts = await hold(alice, isChunk);
  const answered = alice.waitForResponse("**/api/idempotency-keys");
  await alice.reload({ waitUntil: "commit" });
  await (await answered).finished();
  await expect(payButton(alice)).toBeDisabled();
  releaseScripts();
  await expect(alice.getByRole("alert").filter({ hasText: "No money has moved" })).toBeVisible();
  await expectAtWork(alice);
});

test("a translator that comes before React does not keep a press from being one payment", async ({
  alice,
  orderId,
}) => {
  const releaseScripts = await hold(alice, isChunk);
  const releasePress = await hold(alice, isPlainPay);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  await payButton(alice).evaluate((button) => {
    button.innerHTML = "<font><font>Pay $38.00</font></font>";
  });
  const shown = untilSending(alice);
  await payButton(alice).click({ noWaitAfter: true });
  releaseScripts();
  await shown;
  releasePress();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("a top-up before React is there is made once, with its amount", async ({ alice }) => {
  const intentId = crypto.randomUUID();
  const button = alice.getByRole("button", { name: "Top up $54.00" });
  await hold(alice, isChunk);
  const seen = watch(alice);
  await openUnhydrated(alice, `/top-up/${intentId}/review?amountMinor=5400&currency=USD`, button);
  await button.dblclick();
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Paid in: $54.00");
  expect((await expectTransferOnce(intentId)).amount_minor).toBe("5400");
  expect(seen).toEqual({ keys: 1, plain: 1, others: 0 });
});

test("a transfer that is to be asked about is asked about, and none is sent by itself afterwards", async ({
  alice,
}) => {
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  const amountMinor = String(300_000 + Math.floor(Math.random() * 90_000));
  const review = (intentId: string) =>
    `/send/${intentId}/review?payee=bob&amountMinor=${amountMinor}&currency=USD`;
  const late = await alice.context().newPage();
  await hold(late, isChunk);
  await openUnhydrated(late, review(second));
  await hold(alice, isChunk);
  const seen = watch(alice);
  await openUnhydrated(alice, review(first));
  await payButton(alice).click();
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
  await expectTransferOnce(first);
  expect(seen).toEqual({ keys: 1, plain: 1, others: 0 });

  await payButton(late).click();
  await expect(late.getByRole("alert").filter({ hasText: "Send another?" })).toBeVisible();
  // No press is remembered, which a page that is opened anew would send by itself.
  expect(await late.evaluate(() => JSON.stringify({ ...sessionStorage }))).not.toContain("pressedAtMs");
  await late.unrouteAll({ behavior: "ignoreErrors" });
  await late.goto(`${review(second)}&despite=${await keyOf(first)}`);
  await expectAtWork(late);
  expect(await transfersOf(second)).toEqual([]);
  await payButton(late).click();
  await expect(late.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
  await expectTransferOnce(second);
});

async function keyOf(intentId: string): Promise<string> {
  return (await expectTransferOnce(intentId)).id;
}

/** Has the next plain press end without leading anywhere, as where a payer stops the load. */
async function stopNextPress(page: Page): Promise<void> {
  let isStopped = false;
  await page.route("**/*", async (route) => {
    if (!isPlainPay(route.request()) || isStopped) return route.fallback();
    isStopped = true;
    await route.fulfill({ status: 204 });
  });
}

test("a press that is stopped before React is there can be made again, and is one payment", async ({
  alice,
  orderId,
}) => {
  await hold(alice, isChunk);
  await stopNextPress(alice);
  await openUnhydrated(alice, `/checkout/${orderId}`);
  await payButton(alice).click();
  await expect(payButton(alice)).toHaveAttribute("aria-disabled", "true");
  await expect(payButton(alice)).not.toHaveAttribute("aria-disabled", "true");
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("a press that may be asked about is not sent again by itself, nor by Pay now without the question", async ({
  alice,
}) => {
  const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
  const amountMinor = String(400_000 + Math.floor(Math.random() * 90_000));
  const review = (intentId: string) =>
    `/send/${intentId}/review?payee=bob&amountMinor=${amountMinor}&currency=USD`;
  const late = await alice.context().newPage();
  const releaseScripts = await hold(late, isChunk);
  await stopNextPress(late);
  await openUnhydrated(late, review(second));
  await alice.goto(review(first));
  await expectAtWork(alice);
  await payButton(alice).click();
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);

  await payButton(late).click();
  releaseScripts();
  const now = late.getByRole("button", { name: "Pay now" });
  await expect(now).toBeVisible();
  expect(await transfersOf(second)).toEqual([]);
  await now.click();
  await expect(late.getByRole("alert").filter({ hasText: "Send another?" })).toBeVisible();
  expect(await transfersOf(second)).toEqual([]);
});

test("a press that may be asked about is not forgotten by a reload: it may be under way, and is one payment", async ({
  alice,
}) => {
  const intentId = crypto.randomUUID();
  const amountMinor = String(500_000 + Math.floor(Math.random() * 90_000));
  const releaseScripts = await hold(alice, isChunk);
  await stopNextPress(alice);
  await openUnhydrated(alice, `/send/${intentId}/review?payee=bob&amountMinor=${amountMinor}&currency=USD`);
  await payButton(alice).click();
  releaseScripts();
  await alice.reload();
  await expectAtWork(alice);
  await expect(alice.getByText("that payment may be under way")).toBeVisible();
  await payButton(alice).click();
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
  await expectTransferOnce(intentId);
});
