/** Guessing a password at the sign-in form, and what it has to do with everybody else's limits. */
import type { Page } from "@playwright/test";
import { expect, signOut, test } from "../support/fixtures.ts";
import { signUp } from "../support/mail.ts";
import { withOtherServer } from "../support/other-server.ts";

/** As server/http/rate-limits.ts has it; the demo makes no exception for it. */
const FAILURES_PER_EMAIL = 20;
const API_PER_MINUTE = 10;
const variables = { ONCE_REQUESTS_PER_MINUTE: String(API_PER_MINUTE) };

/** Tries wrong passwords for an address, in the form of the server at `address`. */
async function guess(page: Page, email: string, times: number, address = ""): Promise<void> {
  await page.goto(`${address}/sign-in`);
  await page.getByLabel("E-mail").fill(email);
  for (let tries = 0; tries < times; tries += 1) {
    await page.getByLabel("Password").fill(`a guess, number ${tries}`);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    // The form empties this field once it has its answer.
    await expect(page.getByLabel("Password")).toHaveValue("");
  }
}

async function expectToWait(page: Page): Promise<void> {
  await expect(page.locator("form [role=alert]")).toContainText(/wait \d+ minutes/);
}

/** Asks the API until it is one request too many, and holds the answer to what is promised of it. */
async function expectTooMany(address: string): Promise<void> {
  const ask = () =>
    fetch(`${address}/api/accounts`, { headers: { authorization: "Bearer once_demo_alice" } });
  for (let count = 0; count < API_PER_MINUTE; count += 1) expect((await ask()).status).toBe(200);
  const refused = await ask();
  expect([refused.status, await refused.json()]).toEqual([
    429,
    expect.objectContaining({ type: "/problems/rate-limited" }),
  ]);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
}

test("after twenty wrong passwords for an address the form says to wait, and how long", async ({ page }) => {
  await guess(page, `${crypto.randomUUID()}@once.test`, FAILURES_PER_EMAIL + 1);
  await expectToWait(page);
});

// Actions and routes are bundled apart, and whichever counts first makes the limiters for both.
test("the API says 429 on a server where the form was used first", async ({ page }) => {
  await withOtherServer(variables, async (address) => {
    await guess(page, `${crypto.randomUUID()}@once.test`, 1, address);
    await expectTooMany(address);
  });
});

test("the form says to wait on a server where the API was asked first", async ({ page }) => {
  await withOtherServer(variables, async (address) => {
    await expectTooMany(address);
    await guess(page, `${crypto.randomUUID()}@once.test`, FAILURES_PER_EMAIL + 1, address);
    await expectToWait(page);
  });
});

test("a stranger's guesses do not lock out the owner's own browser", async ({ browser, page }) => {
  const { email, password } = await signUp(page);
  const signInWith = async (one: Page) => {
    await one.goto("/sign-in");
    await one.getByLabel("E-mail").fill(email);
    await one.getByLabel("Password").fill(password);
    await one.getByRole("button", { name: "Sign in", exact: true }).click();
  };
  await signOut(page);
  await expect(page.locator("header").getByRole("link", { name: "Sign in" })).toBeVisible();

  const stranger = await (await browser.newContext()).newPage();
  await guess(stranger, email, FAILURES_PER_EMAIL + 1);
  await expectToWait(stranger);
  // A right password from a browser that nobody knows waits as well.
  await signInWith(stranger);
  await expectToWait(stranger);
  await stranger.context().close();

  await signInWith(page);
  await page.waitForURL("/");
});
