/** The checkout in a page that a browser translates, in every state it can come to; e2e/pages/translated.spec.ts has the other pages. */
import type { Page } from "@playwright/test";
import { expectPaidOnce, newOrder, paymentsOf } from "../support/books.ts";
import {
  agePress,
  dropAnswers,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  test,
} from "../support/fixtures.ts";
import { expectTranslated, translated } from "../support/translate.ts";

/** Loses every payment on its way to the server, presses Pay, and reloads when the press is old. */
async function loseAndAge(page: Page): Promise<void> {
  await page.route("**/*", async (route) => (isPayment(route) ? route.abort() : route.fallback()));
  await payButton(page).click();
  await expect(page.getByRole("status").filter({ hasText: "We are checking your payment" })).toBeVisible();
  await agePress(page);
  await page.reload();
  await expectTranslated(page);
  await expect(page.getByRole("status").filter({ hasText: "Still not known, still checking" })).toBeVisible();
  await page.unrouteAll({ behavior: "ignoreErrors" });
}

const ALL = "900000000000";

type Row = {
  what: string;
  /** What the order is over, where it is not 38 dollars. */
  amountMinor?: string;
  /** Before the form opens. */
  before?: (page: Page) => Promise<unknown>;
  /** From the open form on. */
  go: (page: Page) => Promise<void>;
  /** The payments that are in the books at the end. */
  ends: ("succeeded" | "declined")[];
};

const CHECKOUT: Row[] = [
  {
    what: "paid at once",
    go: async (page) => {
      await payButton(page).click();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "paid while somebody watches",
    go: async (page) => {
      let release = () => {};
      const released = new Promise<void>((resolve) => {
        release = resolve;
      });
      await page.route("**/*", async (route) => {
        if (isPayment(route)) await released;
        await route.fallback();
      });
      await payButton(page).click();
      await expect(page.getByRole("main").getByText("Sending your payment …")).toHaveCount(2);
      await expect(page.getByText("Charged exactly once, however often")).toHaveCount(0);
      release();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "declined, and pressed again",
    amountMinor: ALL,
    go: async (page) => {
      for (const _press of [1, 2]) {
        await payButton(page).click();
        await expect(
          page
            .getByRole("alert")
            .filter({ hasText: "Declined. No money has moved.The balance of your USD account" }),
        ).toBeVisible();
        await expect(payButton(page)).toBeEnabled();
      }
    },
    ends: ["declined", "declined"],
  },
  {
    what: "an answer that is lost",
    before: (page) => dropAnswers(page, 2),
    go: async (page) => {
      await payButton(page).click();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "lost on the way there, asked, and cancelled for certain",
    go: async (page) => {
      await loseAndAge(page);
      await page.getByRole("button", { name: "Cancel for certain" }).click();
      await expect(page.getByRole("status").filter({ hasText: "Cancelled for certain." })).toBeVisible();
      await expect(page.getByText("Still not known")).toHaveCount(0);
      await expect(payButton(page)).toBeEnabled();
    },
    ends: [],
  },
  {
    what: "lost on the way there, asked, and paid after all",
    go: async (page) => {
      await loseAndAge(page);
      await page.getByRole("button", { name: "Pay now" }).click();
      await expectReceipt(page);
    },
    ends: ["succeeded"],
  },
  {
    what: "refused",
    go: async (page) => {
      await page.route("**/*", async (route) => {
        if (!isPayment(route)) return route.fallback();
        if (!route.request().url().endsWith("/api/payments")) return route.abort();
        const body = { type: "/problems/amount-mismatch", status: 422, moneyMoved: "no", retry: "same-key" };
        return route.fulfill({ status: 422, contentType: "application/problem+json", json: body });
      });
      await payButton(page).click();
      await expect(page.getByRole("alert").filter({ hasText: "Nothing was taken for it." })).toBeVisible();
      await expect(page.getByText("We are checking your payment")).toHaveCount(0);
      await expect(payButton(page)).toBeEnabled();
    },
    ends: [],
  },
  {
    what: "signed out meanwhile",
    go: async (page) => {
      await page.context().clearCookies();
      await payButton(page).click();
      await expect(page.getByRole("status").filter({ hasText: "Please sign in again" })).toBeVisible();
      await expect(page.getByText("Sending your payment")).toHaveCount(0);
    },
    ends: [],
  },
];

for (const { what, amountMinor, before, go, ends } of CHECKOUT) {
  test(`a translated checkout: ${what}`, async ({ alice, baseURL }) => {
    const orderId = amountMinor
      ? await newOrder(baseURL ?? "", amountMinor, 1)
      : await newOrder(baseURL ?? "");
    const page = await translated(alice);
    await before?.(alice);
    await openCheckout(alice, orderId);
    await expectTranslated(alice);
    await go(alice);
    await page.expectWhole();
    expect((await paymentsOf(orderId)).map(({ status }) => status)).toEqual(ends);
  });
}

test("a translated checkout that gets no key says so, tries again, waits where it is told to, and pays", async ({
  alice,
  orderId,
}) => {
  const page = await translated(alice);
  let isBlocked = true;
  let isLimited = true;
  await alice.route("**/api/idempotency-keys", async (route) => {
    if (isBlocked) return route.abort();
    if (!isLimited) return route.fallback();
    isLimited = false;
    return route.fulfill({ status: 429, headers: { "retry-after": "1" }, json: {} });
  });
  await alice.goto(`/checkout/${orderId}`);
  await expectTranslated(alice);
  await expect(alice.getByRole("status").filter({ hasText: "cannot be prepared just now" })).toBeVisible();
  isBlocked = false;
  await alice.getByRole("button", { name: "Try again" }).click();
  await expect(alice.getByRole("status").filter({ hasText: "A short wait" })).toBeVisible();
  await expect(alice.getByText("cannot be prepared just now")).toHaveCount(0);
  await expect(payButton(alice)).toBeEnabled();
  await expect(alice.getByText("A short wait")).toHaveCount(0);
  await payButton(alice).click();
  await expectReceipt(alice);
  await page.expectWhole();
  await expectPaidOnce(orderId);
});

test("a checkout that is translated before its scripts come pays all the same", async ({
  alice,
  orderId,
}) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await alice.route("**/_next/static/chunks/*.js", async (route) => {
    await released;
    await route.fallback();
  });
  await alice.goto(`/checkout/${orderId}`, { waitUntil: "commit" });
  await expect(payButton(alice)).toBeVisible();
  await payButton(alice).evaluate((button) => {
    button.innerHTML = "<font><font>$38.00 zahlen</font></font>";
  });
  release();
  await expect(payButton(alice)).toBeEnabled();
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});
