/** What gets into a form without being typed: pasted, filled in by the browser, written with a comma. What is paid is what was meant. */
import type { Locator, Page } from "@playwright/test";
import { expectTransferOnce, transfersOf } from "../support/books.ts";
import { expect, payButton, test } from "../support/fixtures.ts";

const intentOf = (page: Page) => /\/send\/([0-9a-f-]{36})/.exec(page.url())?.[1] ?? "";
const amountField = (page: Page) => page.getByRole("textbox", { name: /^(Amount|Betrag)/ });

/** Pastes as the keyboard does, from the clipboard of the page's own making. */
async function paste(field: Locator, text: string): Promise<void> {
  await field.focus();
  // What arrives in a field is an `insertFromPaste`, whole, without a key having been pressed.
  await field.evaluate((input: HTMLInputElement, pasted) => {
    input.dispatchEvent(new InputEvent("beforeinput", { inputType: "insertFromPaste", data: pasted }));
    input.setRangeText(pasted, 0, input.value.length, "end");
    input.dispatchEvent(
      new InputEvent("input", { bubbles: true, inputType: "insertFromPaste", data: pasted }),
    );
  }, text);
}

/** Fills in as a browser does from what it remembers: the values are there, and the page hears `input` and `change`, or nothing at all. */
async function autofill(field: Locator, value: string, isHeard: boolean): Promise<void> {
  await field.evaluate(
    (input: HTMLInputElement, [filled, heard]) => {
      const { set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value") ?? {};
      set?.call(input, filled);
      if (!heard) return;
      for (const type of ["input", "change"]) input.dispatchEvent(new Event(type, { bubbles: true }));
    },
    [value, isHeard] as const,
  );
}

/** Pays what stands in the form, and expects it to be so much, once. */
async function payAndExpect(page: Page, shown: string, minor: string): Promise<void> {
  await expect(page).toHaveURL(/\/review\?/);
  const intentId = intentOf(page);
  const pay = page.getByRole("button", { name: shown });
  await expect(pay).toBeEnabled();
  await pay.click();
  await expect(page).toHaveURL(/\/payments\//);
  expect((await expectTransferOnce(intentId)).amount_minor).toBe(minor);
}

/** Cents that nobody has sent lately, so that nothing is asked about. */
let cents = Date.now() % 60;
const nextCents = () => String(10 + (cents++ % 90)).padStart(2, "0");

test("what is pasted with all that was copied along is understood, shown before it is paid, and paid once", async ({
  alice,
}) => {
  await alice.goto("/send");
  const figures = `1,3${nextCents()}.${nextCents()}`;
  await paste(alice.getByLabel("To whom"), " @Bob\u00a0\n");
  await paste(amountField(alice), `\u200e US$ ${figures}\u00a0`);
  await alice.getByLabel("Currency").selectOption("USD");
  await expect(alice.getByText(`You mean $${figures}`).first()).toBeVisible();
  await paste(alice.getByLabel("Note"), "For the  tickets\n");
  await alice.getByRole("button", { name: "Review" }).click();
  await expect(alice.getByRole("main")).toContainText("Bob (@bob)");
  await payAndExpect(alice, `Pay $${figures}`, figures.replaceAll(/[.,]/g, ""));
});

test("what is pasted and could mean two amounts is asked about, and nothing is paid", async ({ alice }) => {
  await alice.goto("/send");
  await paste(alice.getByLabel("To whom"), "bob");
  await paste(amountField(alice), "12.345");
  await alice.getByLabel("Currency").selectOption("USD");
  await alice.getByRole("button", { name: "Review" }).click();
  await expect(alice.getByRole("alert").filter({ hasText: /./ }).first()).toBeVisible();
  await expect(amountField(alice)).toHaveValue("12.345");
  await expect(payButton(alice)).toHaveCount(0);
  expect(await transfersOf(intentOf(alice))).toEqual([]);
});

for (const [what, isHeard] of [
  ["", true],
  [" without a word to the page", false],
] as const)
  test(`what a browser fills in${what} is what is sent`, async ({ alice }) => {
    await alice.goto("/send");
    await alice.waitForLoadState("networkidle");
    const amount = `62.${nextCents()}`;
    await autofill(alice.getByLabel("To whom"), "bob", isHeard);
    await autofill(amountField(alice), amount, isHeard);
    await alice.getByLabel("Currency").selectOption("USD");
    await alice.getByRole("button", { name: "Review" }).click();
    await payAndExpect(alice, `Pay $${amount}`, amount.replace(".", ""));
  });

test("what a browser fills in before the page's scripts are there stays, and signs in", async ({ page }) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route("**/_next/static/chunks/**", async (route) => {
    await released;
    await route.fallback();
  });
  await page.goto("/sign-in", { waitUntil: "commit" });
  await autofill(page.getByLabel("E-mail"), "alice@once.test", true);
  await autofill(page.getByLabel("Password"), "exactly-once", true);
  release();
  await page.waitForLoadState("networkidle");
  await expect(page.getByLabel("E-mail")).toHaveValue("alice@once.test");
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, Alice");
});

test("an amount that is filled in before the page's scripts are there is the one that is paid", async ({
  alice,
}) => {
  let release = () => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  await alice.route("**/_next/static/chunks/**", async (route) => {
    await released;
    await route.fallback();
  });
  await alice.goto("/send", { waitUntil: "commit" });
  const amount = `63,${nextCents()}`;
  await autofill(alice.getByLabel("To whom"), "bob", true);
  await autofill(amountField(alice), amount, true);
  await alice.getByLabel("Currency").selectOption("USD");
  release();
  const shown = `$${amount.replace(",", ".")}`;
  await expect(alice.getByText(`You mean ${shown}`).first()).toBeVisible();
  await alice.getByRole("button", { name: "Review" }).click();
  await payAndExpect(alice, `Pay ${shown}`, amount.replace(",", ""));
});

for (const [language, locale, amounts] of [
  [
    "English",
    "en",
    [
      ["97,5", "Pay $97.50", "9750"],
      ["1,251.40", "Pay $1,251.40", "125140"],
    ],
  ],
  [
    "German",
    "de",
    [
      ["96,40", "96,40\u00a0$ bezahlen", "9640"],
      ["1.252,40", "1.252,40\u00a0$ bezahlen", "125240"],
    ],
  ],
] as const)
  test(`amounts with a comma, in ${language}, are paid as they were meant, each once`, async ({
    alice,
    baseURL,
  }) => {
    await alice.context().addCookies([{ name: "locale", value: locale, url: baseURL ?? "" }]);
    for (const [typed, shown, minor] of amounts) {
      await alice.goto("/send");
      await alice.getByLabel(/^(To whom|Empfänger)/).fill("bob");
      await amountField(alice).fill(typed);
      await alice.getByLabel(/^(Currency|Währung)/).selectOption("USD");
      await alice.getByRole("button", { name: /^(Review|Prüfen)$/ }).click();
      await payAndExpect(alice, shown, minor);
    }
  });
