/** What a form creates it creates once, also where it is sent past the button and what that latches. */
import { randomUUID } from "node:crypto";
import type { Locator, Page } from "@playwright/test";
import { books, newOrder, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { fillOrder } from "../support/selling.ts";

/** Sends the form twice in one go, past the button and what it latches. */
async function sendTwice(button: Locator): Promise<void> {
  await button.evaluate((element: HTMLButtonElement) => {
    element.form?.requestSubmit(element);
    element.form?.requestSubmit(element);
  });
}

const countOf = async (rows: Promise<{ n: number }[]>) => (await rows)[0]?.n ?? 0;

type Row = {
  what: string;
  who: "Alice" | "Mia";
  /** Opens the form and fills it in, with `name` where it takes words; its button. */
  fill: (page: Page, name: string) => Promise<Locator>;
  /** Where it leads. */
  leadsTo: RegExp;
  /** How many of it there are. */
  count: (name: string) => Promise<number>;
};

const ROWS: Row[] = [
  {
    what: "Create order",
    who: "Mia",
    fill: async (page, name) => {
      await page.goto("/orders/new");
      await fillOrder(page, { item: name, price: "19" });
      return page.getByRole("button", { name: "Create order" });
    },
    leadsTo: /\/orders\/[0-9a-f-]{36}/,
    count: (name) => countOf(books()`select count(*)::int as n from orders where description = ${name}`),
  },
  {
    what: "Create link",
    who: "Mia",
    fill: async (page, name) => {
      await page.goto("/links/new");
      await fillOrder(page, { item: name, price: "12" });
      return page.getByRole("button", { name: "Create link" });
    },
    leadsTo: /\/links\/[0-9a-f-]{36}/,
    count: (name) =>
      countOf(books()`select count(*)::int as n from payment_links where description = ${name}`),
  },
  {
    what: "Make request",
    who: "Alice",
    fill: async (page, name) => {
      await page.goto("/request");
      await page.getByLabel("What for").fill(name);
      await page.getByRole("textbox", { name: "Amount" }).fill("25");
      await page.getByLabel("Currency").selectOption("USD");
      return page.getByRole("button", { name: "Make request" });
    },
    leadsTo: /\/request\/[0-9a-f-]{36}/,
    count: (name) => countOf(books()`select count(*)::int as n from orders where description = ${name}`),
  },
];

for (const { what, who, fill, leadsTo, count } of ROWS)
  test(`${what}, sent twice past its button, makes one`, async ({ page }) => {
    await signIn(page, who);
    const name = `Twice ${randomUUID().slice(0, 8)}`;
    await sendTwice(await fill(page, name));
    await expect(page).toHaveURL(leadsTo);
    await expect(page.getByRole("main")).toContainText(name);
    expect(await count(name)).toBe(1);
  });

test("Review of a transfer, sent twice, is one form, which pays once", async ({ alice }) => {
  const amount = `${800 + (Date.now() % 90)}.${String(10 + (Date.now() % 89))}`;
  await alice.goto("/send");
  await alice.getByLabel("To whom").fill("bob");
  await alice.getByRole("textbox", { name: "Amount" }).fill(amount);
  await alice.getByLabel("Currency").selectOption("USD");
  await sendTwice(alice.getByRole("button", { name: "Review" }));
  await expect(alice).toHaveURL(/\/review\?/);
  await expect(payButton(alice)).toBeEnabled();
  await payButton(alice).dblclick();
  await expectReceipt(alice, `$${amount}`);
  const minor = amount.replace(".", "");
  const made = await books()`
    select 1 from payments where kind = 'transfer' and amount_minor = ${minor} and user_id = ${await userIdOf("alice")}
       and settled_at > now() - interval '5 minutes'`;
  expect(made).toHaveLength(1);
});

test("Refund, whose form is sent twice and whose button is clicked twice, pays back once", async ({
  page,
  baseURL,
}) => {
  const orderId = await newOrder(baseURL ?? "");
  await signIn(page, "Alice");
  await openCheckout(page, orderId);
  await payButton(page).click();
  await expectReceipt(page);
  const paymentId = page.url().split("/").at(-1) ?? "";
  await signIn(page, "Mia");
  await page.goto(`/payments/${paymentId}/refund`);
  await page.getByLabel("How much?").fill("12.50");
  await sendTwice(page.getByRole("button", { name: "Continue" }));
  const refund = page.getByRole("button", { name: "Refund $12.50" });
  await expect(refund).toBeEnabled();
  await refund.dblclick();
  await expect(page).toHaveURL(/\/payments\/[0-9a-f-]{36}$/);
  const made = await books()`
    select amount_minor::text as amount, status from payments where kind = 'refund' and subject_id = ${paymentId}`;
  expect(made).toEqual([{ amount: "1250", status: "succeeded" }]);
});
