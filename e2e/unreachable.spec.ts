/**
 * A page whose requests are blocked, lost or never answered: by a content blocker, a captive portal, a missing file. It
 * never says "no" without having looked, and it always leads on: to a payment, once, or to a final no.
 */
import type { BrowserContext, Page, Route } from "@playwright/test";
import { expectPaidOnce, paymentsOf } from "./books.ts";
import {
  agePress,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  signIn,
  test,
} from "./fixtures.ts";

/** What says that no money has moved, or that nothing was sent. */
const A_NO = /no money has moved|nothing was sent|never will be|cannot be started/i;

const isScript = (route: Route) => route.request().resourceType() === "script";
const isApi = (route: Route) => new URL(route.request().url()).pathname.startsWith("/api/");

/** Aborts what is blocked. */
async function block(target: Page | BrowserContext, isBlocked: (route: Route) => boolean): Promise<void> {
  await target.route("**/*", (route) => (isBlocked(route) ? route.abort() : route.fallback()));
}

const continueButton = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });

async function payPlainly(page: Page): Promise<void> {
  await continueButton(page).click();
  await expect(page).toHaveURL(/\/form\?key=/);
  await payButton(page).click();
  await expectReceipt(page);
}

const BLOCKED: { what: string; isBlocked: (route: Route) => boolean; pay: (page: Page) => Promise<void> }[] =
  [
    { what: "no script arrives", isBlocked: isScript, pay: payPlainly },
    {
      what: "neither scripts nor styles arrive",
      isBlocked: (route) => route.request().url().includes("/_next/static/"),
      pay: payPlainly,
    },
    { what: "the API is blocked", isBlocked: isApi, pay: payPlainly },
    {
      what: "one part of the API is blocked",
      isBlocked: (route) => new URL(route.request().url()).pathname.startsWith("/api/payments"),
      pay: async (page) => {
        await expect(payButton(page)).toBeEnabled();
        await payButton(page).click();
        await expectReceipt(page);
      },
    },
  ];

for (const { what, isBlocked, pay } of BLOCKED) {
  test(`where ${what}, a payer pays all the same, once`, async ({ alice, orderId }) => {
    await block(alice, isBlocked);
    await alice.goto(`/checkout/${orderId}`);
    await pay(alice);
    await expectPaidOnce(orderId);
  });
}

test("scripts that never answer do not keep a payer either", async ({ alice, orderId }) => {
  await alice.route("**/*", (route) => (isScript(route) ? undefined : route.fallback()));
  await alice.goto(`/checkout/${orderId}`, { waitUntil: "commit" });
  await payPlainly(alice);
  await expectPaidOnce(orderId);
});

test("whichever one script is lost, the checkout can be paid", async ({ alice, orderId }) => {
  const scripts = new Set<string>();
  alice.on("request", (request) => {
    if (request.resourceType() === "script") scripts.add(request.url());
  });
  await openCheckout(alice, orderId);
  expect(scripts.size).toBeGreaterThan(3);
  for (const lost of scripts) {
    const page = await alice.context().newPage();
    await block(page, (route) => route.request().url() === lost);
    await page.goto(`/checkout/${orderId}`);
    await expect(payButton(page).and(page.locator(":enabled")).or(continueButton(page)), lost).toBeVisible();
    await page.close();
  }
});

test("the way without script and the form that lives again later make one payment", async ({
  alice,
  orderId,
}) => {
  await block(alice, isScript);
  await alice.goto(`/checkout/${orderId}`);
  await continueButton(alice).click();
  await expect(alice).toHaveURL(/\/form\?key=/);
  const plain = alice.url();
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  const scripted = await alice.context().newPage();
  await openCheckout(scripted, orderId);
  await Promise.all([payButton(alice).click(), payButton(scripted).click()]);
  await Promise.all([expectReceipt(alice), expectReceipt(scripted)]);
  expect(plain).toContain((await expectPaidOnce(orderId)).id);
});

test("whoever has scripts neither sees the way without, nor anything that moves", async ({
  alice,
  orderId,
}) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await alice.route("**/*", async (route) => {
    if (isScript(route)) await released;
    await route.fallback();
  });
  await alice.goto(`/checkout/${orderId}`, { waitUntil: "commit" });
  const below = alice.getByText("Paying as Alice");
  await alice.evaluate(() => document.fonts.ready);
  const before = await below.boundingBox();
  await expect(continueButton(alice)).toHaveCount(0);
  release();
  await expect(payButton(alice)).toBeEnabled();
  expect(await below.boundingBox()).toEqual(before);
  await expect(alice.locator("form[action$='/continue']")).toHaveCount(0);
});

test("where no script arrives, people sign in, order, pay and make an API key", async ({ page }) => {
  await block(page, isScript);
  await signIn(page, "Bob");
  await page.getByRole("button", { name: "Order Espresso" }).click();
  await page.waitForURL(/\/checkout\//);
  const orderId = page.url().split("/").at(-1) ?? "";
  await continueButton(page).click();
  await payButton(page).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
  await expectPaidOnce(orderId);

  await page.goto("/settings/api-keys");
  await page.getByLabel("Name", { exact: true }).fill("Without a script");
  await page.getByLabel("Read accounts").check();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("“Without a script” is created")).toBeVisible();
  await page.getByLabel("Revoke Without a script").click();
  await page.getByRole("button", { name: "Revoke for certain" }).click();
  await expect(page.getByText("Revoked.")).toBeVisible();

  await page.getByRole("button", { name: "Sign out" }).click();
  await page.waitForURL("/");
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill("bob@once.test");
  await page.getByLabel("Password").fill("not this one");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("alert").filter({ hasText: "E-mail or password is not right." })).toBeVisible();
  await page.getByLabel("E-mail").fill("bob@once.test");
  await page.getByLabel("Password").fill("exactly-once");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, Bob");
  await page.getByRole("button", { name: "Deutsch" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hallo, Bob");
});

/** Where a press is remembered, or is not. */
const REOPENED: { what: string; reopen: (page: Page, orderId: string) => Promise<Page> }[] = [
  {
    what: "in another tab",
    reopen: async (page, orderId) => {
      const second = await page.context().newPage();
      await page.close();
      await second.goto(`/checkout/${orderId}`);
      return second;
    },
  },
  {
    what: "with storage blocked",
    reopen: async (page) => {
      await page.addInitScript(() => {
        Object.defineProperty(globalThis, "sessionStorage", {
          get: () => {
            throw new DOMException("blocked", "SecurityError");
          },
        });
      });
      await page.reload();
      return page;
    },
  },
];

for (const { what, reopen } of REOPENED) {
  test(`a press that was blocked, and a page reopened ${what} that cannot look: it says that it does not know`, async ({
    alice,
    orderId,
  }) => {
    await openCheckout(alice, orderId);
    await block(alice.context(), (route) => isPayment(route) || isApi(route));
    await payButton(alice).click();
    await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
    const page = await reopen(alice, orderId);
    await expect(page.getByRole("status").filter({ hasText: "cannot be prepared just now" })).toContainText(
      "may have moved",
    );
    await expect(page.getByRole("main")).not.toContainText(A_NO);
    await expect(continueButton(page)).toBeVisible();
  });
}

test("a press that nobody can ask about is put to the payer, who cancels it for certain once the server answers", async ({
  alice,
  orderId,
}) => {
  await loseAndBlock(alice, orderId);
  await alice.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(
    alice.getByRole("status").filter({ hasText: "do not know whether money has moved" }),
  ).toBeVisible();
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await expect(alice.getByRole("status").filter({ hasText: "never will be" })).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
});

test("a press that nobody can ask about can be paid without script, and is the same payment", async ({
  alice,
  orderId,
}) => {
  await loseAndBlock(alice, orderId);
  await payPlainly(alice);
  await expectPaidOnce(orderId);
});

test("once the server can be asked again, the payer hears that the press has not arrived so far", async ({
  alice,
  orderId,
}) => {
  await loseAndBlock(alice, orderId);
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await expect(
    alice.getByRole("status").filter({ hasText: "nothing has been recorded so far" }),
  ).toBeVisible();
  await alice.getByRole("button", { name: "Pay now" }).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

/** A press that is lost, long ago, on a page that reaches neither the action nor the API. */
async function loseAndBlock(page: Page, orderId: string): Promise<void> {
  await openCheckout(page, orderId);
  await block(page, (route) => isPayment(route) || isApi(route));
  await payButton(page).click();
  await expect(page.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await agePress(page);
  await page.reload();
  await expect(
    page.getByRole("status").filter({ hasText: "no answer of the server reaches this page" }),
  ).toBeVisible();
  await expect(page.getByRole("main")).not.toContainText(A_NO);
}
