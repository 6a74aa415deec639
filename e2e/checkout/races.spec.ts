/** What browsers, networks and people do to a payment, one way at a time. */
import { request as httpRequest } from "node:http";
import { books, expectPaidOnce, paymentsOf } from "../support/books.ts";
import {
  agePress,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  signIn,
  test,
} from "../support/fixtures.ts";

test("Enter and a click together charge once", async ({ alice, orderId }) => {
  await openCheckout(alice, orderId);
  await payButton(alice).focus();
  const box = await payButton(alice).boundingBox();
  if (!box) throw new Error("Pay is not on the page.");
  // The mouse itself, because a locator's click would wait for a button that Enter has just locked.
  const click = alice.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await Promise.all([alice.keyboard.press("Enter"), click]);
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("back and forward after paying show the receipt, and charge nothing more", async ({
  alice,
  orderId,
}) => {
  await alice.goto("/");
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice);
  // Not page.goBack(): it waits for a load, and a page from the back/forward cache has none.
  await alice.evaluate(() => history.back());
  await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Hello, Alice");
  await alice.evaluate(() => history.forward());
  await expectReceipt(alice);
  // The checkout itself, from history or from a bookmark, leads to the receipt.
  await alice.goto(`/checkout/${orderId}`);
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("going away in mid-payment and coming back leads to the receipt", async ({ alice, orderId }) => {
  let arrived: (() => void) | undefined;
  const hasArrived = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  await alice.route("**/*", async (route) => {
    if (!isPayment(route)) return route.fallback();
    await route.fetch();
    arrived?.();
  });
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await hasArrived;
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  await alice.goto("/sign-in");
  await alice.evaluate(() => history.back());
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("two browsers of one user pay an order once, and both show the same receipt", async ({
  alice,
  browser,
  orderId,
}) => {
  const elsewhere = await (await browser.newContext()).newPage();
  await signIn(elsewhere, "Alice");
  await openCheckout(alice, orderId);
  await openCheckout(elsewhere, orderId);
  await Promise.all([payButton(alice).click(), payButton(elsewhere).click()]);
  await Promise.all([expectReceipt(alice), expectReceipt(elsewhere)]);
  expect(alice.url()).toBe(elsewhere.url());
  await expectPaidOnce(orderId);
  await elsewhere.context().close();
});

test("a tab from before a deploy pays over HTTP with the same key", async ({ alice, orderId }) => {
  const channels: string[] = [];
  await alice.route("**/*", async (route) => {
    if (!isPayment(route)) return route.fallback();
    const headers = route.request().headers();
    const action = headers["next-action"];
    channels.push(action === undefined ? "http" : "action");
    // What the tab of another build would send: an action that this server does not know.
    if (action === undefined) return route.fallback();
    await route.continue({ headers: { ...headers, "next-action": `7f${"0".repeat(action.length - 2)}` } });
  });
  await openCheckout(alice, orderId);
  const key = await alice.evaluate(() => JSON.parse(Object.values({ ...sessionStorage })[0] ?? "{}").key);
  await payButton(alice).click();
  await expectReceipt(alice);
  expect(channels).toEqual(["action", "http"]);
  expect((await expectPaidOnce(orderId)).id).toBe(key);
});

test("the session of somebody else in the same browser is told apart: nothing is charged to either", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  const second = await alice.context().newPage();
  await signIn(second, "Bob");
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "sign in again" })).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
});

test("a payer who gives up cancels for certain: it was not paid and never will be", async ({
  alice,
  orderId,
}) => {
  await openCheckout(alice, orderId);
  // The press never reaches the server, and is older than the two minutes in which it is sent again.
  await alice.route("**/*", async (route) => (isPayment(route) ? route.abort() : route.fallback()));
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await agePress(alice);
  await alice.reload();
  await alice.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(alice.getByRole("status").filter({ hasText: "never will be" })).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
  await alice.unrouteAll({ behavior: "ignoreErrors" });
  // What was cancelled is a key, not the order.
  await payButton(alice).click();
  await expectReceipt(alice);
  await expectPaidOnce(orderId);
});

test("a connection that closes without an answer makes the browser send again: one payment", async ({
  alice,
  orderId,
  baseURL,
}) => {
  await openCheckout(alice, orderId);
  const cookies = await alice.context().cookies();
  const key = await alice.evaluate(() => JSON.parse(Object.values({ ...sessionStorage })[0] ?? "{}").key);
  const userId = (await books()<{ id: string }[]>`select id from users where handle = 'alice'`)[0]?.id ?? "";
  // As Chromium does by itself: the same POST again, on a new connection, after the first was cut before its answer.
  const send = (cut: boolean) =>
    new Promise<number | "cut">((resolve, reject) => {
      const request = httpRequest(`${baseURL}/api/payments`, {
        method: "POST",
        headers: {
          cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
          origin: baseURL ?? "",
          "content-type": "application/json",
          "x-once-user": userId,
          "idempotency-key": `"${key}"`,
        },
      });
      request.on("response", (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
      request.on("error", (error) => (cut ? resolve("cut") : reject(error)));
      request.end(JSON.stringify({ orderId, amountMinor: "3800", currency: "USD" }), () => {
        if (cut) request.destroy();
      });
    });
  expect(await send(true)).toBe("cut");
  expect(await send(false)).toBe(201);
  await expectPaidOnce(orderId);
});
