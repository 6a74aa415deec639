/** What a merchant does on our pages, and a customer on theirs. */
import { randomUUID } from "node:crypto";
import type { Browser, Page } from "@playwright/test";
import { books } from "./books.ts";
import { expect } from "./fixtures.ts";
import { confirmSignUp, fillSignUp, newcomer } from "./mail.ts";

/** The merchant's form, filled in as far as it has to be. Nothing is sent. */
export async function fillOrder(
  page: Page,
  { item, price, quantity = "1" }: { item: string; price: string; quantity?: string },
): Promise<void> {
  await page.getByLabel("Item", { exact: true }).first().fill(item);
  await page.getByLabel("Quantity").first().fill(quantity);
  await page.getByLabel("Price of one").first().fill(price);
}

/** Creates a payment link by the form; where it stands for everybody. */
export async function newPaymentLink(
  page: Page,
  link: { item: string; price: string; quantityMax?: string },
): Promise<{ id: string; path: string }> {
  await page.goto("/links/new");
  await fillOrder(page, link);
  if (link.quantityMax !== undefined) await page.getByLabel(/^Highest quantity/).fill(link.quantityMax);
  await page.getByRole("button", { name: "Create link" }).click();
  await expect(page).toHaveURL(/\/links\/[0-9a-f-]{36}$/);
  const id = page.url().split("/").at(-1) ?? "";
  return { id, path: `/pay/${id}` };
}

export type LinkOrder = { id: string; total: string; paid: boolean };

/** The orders that a link has made. */
export async function ordersOfLink(linkId: string): Promise<LinkOrder[]> {
  return books()<LinkOrder[]>`
    select id, total_minor::text as total, paid_by is not null as paid from orders
     where payment_link_id = ${linkId} order by created_at`;
}

/** Play money for whoever is signed in on `page`. */
export async function topUp(page: Page, amountMinor: string): Promise<void> {
  const headers = { origin: new URL(page.url()).origin };
  const issued = await page.request.post("/api/idempotency-keys", {
    headers,
    data: { purpose: { kind: "top-up", intentId: randomUUID() } },
  });
  const { key } = (await issued.json()) as { key: string };
  const paid = await page.request.post("/api/top-ups", {
    headers: { ...headers, "idempotency-key": `"${key}"` },
    data: { amountMinor, currency: "USD" },
  });
  expect(paid.status()).toBe(201);
}

/** A page of somebody else, with cookies of its own. It is closed by the test's end. */
export async function otherPage(
  browser: Browser,
  options: { javaScriptEnabled?: boolean } = {},
): Promise<Page> {
  return (await browser.newContext(options)).newPage();
}

/** Fills in the form of a new account and confirms it by the mail; who they are. */
export async function signUp(page: Page): Promise<{ name: string; handle: string }> {
  const who = newcomer("Nora Newcomer");
  await fillSignUp(page, who);
  await page.getByRole("button", { name: "Create account" }).click();
  await confirmSignUp(page, who);
  return who;
}
