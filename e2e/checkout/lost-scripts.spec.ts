/** Scripts that are on and do not arrive: blocked, lost, hanging, one file missing. Whoever meets that pays all the same, once. */
import type { Page, Route } from "@playwright/test";
import { block, continueButton, isApi, isScript, payPlainly } from "../support/blocked.ts";
import { expectPaidOnce } from "../support/books.ts";
import {
  expect,
  expectReceipt,
  openCheckout,
  payButton,
  signIn,
  signOut,
  test,
} from "../support/fixtures.ts";

/** As soon as the form is painted: the page's own script has opened Pay. */
const payAtOnce = async (page: Page) => {
  await payButton(page).click();
  await expectReceipt(page);
};

const BLOCKED: { what: string; isBlocked: (route: Route) => boolean; pay: (page: Page) => Promise<void> }[] =
  [
    { what: "no script arrives", isBlocked: isScript, pay: payAtOnce },
    {
      what: "neither scripts nor styles arrive",
      isBlocked: (route) => route.request().url().includes("/_next/static/"),
      pay: payAtOnce,
    },
    {
      what: "no script arrives and the API is blocked",
      isBlocked: (route) => isScript(route) || isApi(route),
      pay: payPlainly,
    },
    { what: "the API is blocked", isBlocked: isApi, pay: payPlainly },
    {
      what: "one part of the API is blocked",
      isBlocked: (route) => new URL(route.request().url()).pathname.startsWith("/api/payments"),
      pay: payAtOnce,
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
  await payAtOnce(alice);
  await expectPaidOnce(orderId);
});

test("whichever one script is lost, the checkout can be paid", async ({ alice, orderId }) => {
  const scripts = new Set<string>();
  alice.on("request", (request) => {
    if (request.resourceType() === "script") scripts.add(request.url());
  });
  await openCheckout(alice, orderId);
  expect(scripts.size).toBeGreaterThan(3);
  const canBePaid = async (lost: string) => {
    const page = await alice.context().newPage();
    await block(page, (route) => route.request().url() === lost);
    await page.goto(`/checkout/${orderId}`);
    const goesOn = page.getByRole("button", { name: /^Continue/ });
    await expect(payButton(page).and(page.locator(":enabled")).or(goesOn).first(), lost).toBeVisible();
    await page.close();
  };
  await Promise.all([...scripts].map(canBePaid));
});

test("the way without script and the form that lives again later make one payment", async ({
  alice,
  orderId,
}) => {
  await block(alice, (route) => isScript(route) || isApi(route));
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
  await expect(alice.locator("button[formaction$='/continue']")).toHaveCount(0);
  await expect(payButton(alice)).toBeEnabled();
  expect(await below.boundingBox()).toEqual(before);
});

test("where no script arrives, a sign-up names the field that is wrong, and the documentation says what is missing", async ({
  page,
}) => {
  await block(page, isScript);
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("A Guest");
  await page.getByLabel("Handle").fill("alice");
  await page.getByLabel("E-mail").fill("guest@example.com");
  await page.getByLabel("Password").fill("correct horse battery");
  await page.getByRole("button", { name: "Create account" }).click();
  await expect(page.getByRole("alert")).toContainText("This handle belongs to somebody else");
  await page.goto("/docs");
  await expect(page.getByText("The reference needs JavaScript to be shown.")).toBeVisible();
});

test("where no script arrives, people sign in, order, pay and make an API key", async ({ page }) => {
  await block(page, isScript);
  await signIn(page, "Bob");
  await page.getByRole("button", { name: "Order Espresso" }).click();
  await page.waitForURL(/\/checkout\//);
  const orderId = page.url().split("/").at(-1) ?? "";
  await payButton(page).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(/^Paid/);
  await expectPaidOnce(orderId);

  await page.goto("/settings/api-keys");
  await page.getByLabel("Name", { exact: true }).fill("Without a script");
  await page.getByLabel("Read accounts").check();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText("“Without a script” is created")).toBeVisible();
  await page.getByLabel("Revoke \u2068Without a script\u2069").click();
  await page.getByRole("button", { name: "Revoke for certain" }).click();
  await expect(page.getByText("Revoked.")).toBeVisible();

  await signOut(page);
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
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Guten Tag, Bob");
});
