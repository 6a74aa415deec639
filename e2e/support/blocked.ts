/** Pages that some requests never leave, and the way without script that leads on from there. */
import type { BrowserContext, Page, Route } from "@playwright/test";
import { expect, expectReceipt, payButton } from "./fixtures.ts";

export const isScript = (route: Route) => route.request().resourceType() === "script";
export const isApi = (route: Route) => new URL(route.request().url()).pathname.startsWith("/api/");

/** Aborts what is blocked. */
export async function block(
  target: Page | BrowserContext,
  isBlocked: (route: Route) => boolean,
): Promise<void> {
  await target.route("**/*", (route) => (isBlocked(route) ? route.abort() : route.fallback()));
}

export const continueButton = (page: Page) => page.getByRole("button", { name: "Continue", exact: true });

/** Pays without script, from the checkout to the receipt. */
export async function payPlainly(page: Page, amount?: string): Promise<void> {
  await continueButton(page).click();
  await expect(page).toHaveURL(/\/form\?key=/);
  await payButton(page).click();
  await expectReceipt(page, amount);
}
