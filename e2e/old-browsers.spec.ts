/**
 * The oldest browsers that are served: Chrome and Edge 111, Firefox 111, Safari 16.4, which is Next.js' own floor. What is
 * younger in any of them is taken away here, and what a page without TLS lacks; a payer is to miss nothing.
 */
import type { Page } from "@playwright/test";
import { expectPaidOnce, paymentsOf } from "./books.ts";
import {
  agePress,
  dropAnswers,
  expect,
  expectReceipt,
  isPayment,
  openCheckout,
  payButton,
  test,
} from "./fixtures.ts";

/** What one of those browsers lacks, as global name and member. */
const YOUNGER = [
  ["AbortSignal", "any"],
  ["Array", "fromAsync"],
  ["Array.prototype", "toReversed toSorted toSpliced with"],
  ["Crypto.prototype", "randomUUID"],
  ["Document", "parseHTMLUnsafe"],
  ["Document.prototype", "startViewTransition"],
  ["Element.prototype", "checkVisibility getHTML moveBefore setHTMLUnsafe"],
  ["Error", "isError"],
  ["HTMLElement.prototype", "hidePopover inert popover showPopover togglePopover"],
  ["Int8Array.__proto__.prototype", "toReversed toSorted with"],
  ["Intl", "DurationFormat Segmenter"],
  ["Iterator.prototype", "drop every filter find flatMap forEach map reduce some take toArray"],
  ["Map", "groupBy"],
  ["Math", "f16round sumPrecise"],
  ["Navigator.prototype", "clipboard userActivation"],
  ["Object", "groupBy"],
  ["Promise", "try withResolvers"],
  ["ReadableStream", "from"],
  ["RegExp", "escape"],
  [
    "Set.prototype",
    "difference intersection isDisjointFrom isSubsetOf isSupersetOf symmetricDifference union",
  ],
  ["String.prototype", "isWellFormed toWellFormed"],
  ["Uint8Array", "fromBase64 fromHex"],
  ["Uint8Array.prototype", "toBase64 toHex"],
  ["URL", "canParse parse"],
  ["globalThis", "CloseWatcher Float16Array Iterator navigation scheduler trustedTypes"],
  // Safari has never had these.
  ["globalThis", "cancelIdleCallback requestIdleCallback"],
] as const;

/** Makes an old browser of this page, and returns what broke in it. */
async function makeOld(page: Page): Promise<string[]> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.addInitScript((younger) => {
    for (const [path, members] of younger) {
      const target = path
        .split(".")
        .reduce<unknown>((outer, name) => (outer as Record<string, unknown> | undefined)?.[name], globalThis);
      for (const member of members.split(" "))
        delete (target as Record<string, unknown> | undefined)?.[member];
    }
  }, YOUNGER);
  return errors;
}

const LOST: { what: string; lose: (page: Page) => Promise<unknown>; ends: (page: Page) => Promise<void> }[] =
  [
    { what: "nothing is lost", lose: async () => {}, ends: expectReceipt },
    { what: "the answer is lost", lose: (page) => dropAnswers(page, 2), ends: expectReceipt },
    {
      what: "the request is lost, and the page is reloaded",
      lose: (page) =>
        page.route("**/*", async (route) => (isPayment(route) ? route.abort() : route.fallback())),
      ends: async (page) => {
        await expect(page.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
        await page.unrouteAll({ behavior: "ignoreErrors" });
        await page.reload();
        await expectReceipt(page);
      },
    },
  ];

for (const { what, lose, ends } of LOST) {
  test(`an old browser pays once where ${what}`, async ({ alice, orderId }) => {
    const errors = await makeOld(alice);
    await lose(alice);
    await openCheckout(alice, orderId);
    await payButton(alice).click();
    await ends(alice);
    await expectPaidOnce(orderId);
    expect(errors).toEqual([]);
  });
}

test("an old browser cancels for certain what was lost long ago", async ({ alice, orderId }) => {
  const errors = await makeOld(alice);
  await alice.route("**/*", async (route) => (isPayment(route) ? route.abort() : route.fallback()));
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expect(alice.getByRole("status").filter({ hasText: "checking" })).toBeVisible();
  await agePress(alice);
  await alice.reload();
  await alice.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(alice.getByRole("status").filter({ hasText: "never will be" })).toBeVisible();
  expect(await paymentsOf(orderId)).toEqual([]);
  expect(errors).toEqual([]);
});

for (const path of ["/", "/sign-in", "/sign-up", "/payments", "/settings/api-keys", "/problems/declined"]) {
  test(`nothing breaks in an old browser at ${path}`, async ({ alice }) => {
    const errors = await makeOld(alice);
    await alice.goto(path);
    // A press that only a living page answers without a load.
    await alice.evaluate(() => Object.assign(globalThis, { isSameDocument: true }));
    await alice.getByRole("button", { name: "Deutsch" }).click();
    await expect(alice.locator("html")).toHaveAttribute("lang", "de");
    expect(await alice.evaluate(() => "isSameDocument" in globalThis)).toBe(true);
    expect(errors).toEqual([]);
  });
}

test("an old browser shows the reference", async ({ alice }) => {
  const errors = await makeOld(alice);
  await alice.goto("/docs#reference");
  await expect(alice.locator(".reference").getByText("/api/payments", { exact: true }).first()).toBeVisible();
  expect(errors).toEqual([]);
});
