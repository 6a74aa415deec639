/** A person asks to be a merchant, with scripts and without; an operator decides; the page says what became of it. */
import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { violationsOn } from "../support/axe.ts";
import { books, userIdOf } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";
import { signUp as signUpByMail } from "../support/mail.ts";

const PAGE = "/settings/merchant";
const REASON = "Please say where you bake.";

/** Somebody new, on the page about merchants. Returns their handle. */
async function signUp(page: Page): Promise<string> {
  const { handle } = await signUpByMail(page);
  await page.goto(PAGE);
  return handle;
}

const sendButton = (page: Page) => page.getByRole("button", { name: "Send request" });

async function requestsOf(handle: string) {
  return books()<{ id: string; business_name: string; sells: string; state: string }[]>`
    select r.id, business_name, sells, state from merchant_requests r join users u on u.id = r.user_id
     where u.handle = ${handle} order by r.created_at`;
}

/** Decides as the demo's operator. The skeletons are the command's to compute; these are nobody else's. */
async function decide(handle: string, isApproved: boolean): Promise<void> {
  const [request] = (await requestsOf(handle)).filter(({ state }) => state === "pending");
  const [row] = await books()<{ verdict: string }[]>`
    select decide_merchant_request_v1(${await userIdOf("omar")}, ${request?.id ?? ""}, ${isApproved}, ${randomUUID()},
                                      ${randomUUID()}, ${REASON}) as verdict`;
  expect(row?.verdict).toBe("done");
}

async function expectAccessible(page: Page): Promise<void> {
  expect(await violationsOn(page)).toEqual([]);
}

test("asks once however often it is pressed, reads why not, asks again, and is a merchant under that name", async ({
  page,
}) => {
  const handle = await signUp(page);
  await expectAccessible(page);
  await sendButton(page).click();
  await expect(page.locator("form [role=alert]")).toBeFocused();
  await expect(page.locator("form [role=alert]")).toContainText("Please check 2 entries.");

  // A merchant of the demo has this name, in other letters.
  await page.getByLabel("Name of the business").fill("Вluebird  Соffee");
  await page.getByLabel("What you sell").fill("Bread,\nfresh in the morning");
  await sendButton(page).click();
  await expect(page.locator("form [role=alert]")).toContainText("could be taken for another merchant’s");
  await expect(page.getByLabel("What you sell")).toHaveValue("Bread,\nfresh in the morning");
  await expectAccessible(page);
  expect(await requestsOf(handle)).toEqual([]);

  const name = `Oven ${handle}`;
  await page.getByLabel("Name of the business").fill(name);
  await sendButton(page).dblclick();
  await expect(page.getByRole("heading", { name: "Your request is being looked at" })).toBeVisible();
  await expect(page.getByText(name)).toBeVisible();
  await expect(sendButton(page)).toHaveCount(0);
  expect(await requestsOf(handle)).toMatchObject([
    { business_name: name, sells: "Bread, fresh in the morning", state: "pending" },
  ]);
  await expectAccessible(page);

  await decide(handle, false);
  await page.reload();
  await expect(page.getByRole("heading", { name: "Your request was declined" })).toBeVisible();
  await expect(page.getByText(REASON)).toBeVisible();
  await page.getByLabel("Name of the business").fill(name);
  await page.getByLabel("What you sell").fill("Bread, baked in Bremen");
  await sendButton(page).click();
  await expect(page.getByRole("heading", { name: "Your request is being looked at" })).toBeVisible();

  await decide(handle, true);
  await page.reload();
  await expect(page.getByText(`Whoever pays you reads ${name}, with the handle @${handle}.`)).toBeVisible();
  await expect(sendButton(page)).toHaveCount(0);
  await expectAccessible(page);
});

test("two tabs that send at once ask once", async ({ page, context }) => {
  const handle = await signUp(page);
  const other = await context.newPage();
  await other.goto(PAGE);
  for (const tab of [page, other]) {
    await tab.getByLabel("Name of the business").fill(`Two Tabs ${handle}`);
    await tab.getByLabel("What you sell").fill("Tea");
  }
  await Promise.all([page, other].map((tab) => sendButton(tab).click()));
  for (const tab of [page, other])
    await expect(tab.getByRole("heading", { name: "Your request is being looked at" })).toBeVisible();
  expect(await requestsOf(handle)).toHaveLength(1);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the form says what is wrong, keeps what was typed, and asks", async ({ page, context }) => {
    const handle = await signUp(page);
    const other = await context.newPage();
    await other.goto(PAGE);
    await page.getByLabel("Name of the business").fill("Once Payments");
    await page.getByLabel("What you sell").fill("Tea");
    await sendButton(page).click();
    await expect(page.locator("form [role=alert]")).toContainText("Please check one entry");
    await expect(page.getByLabel("What you sell")).toHaveValue("Tea");
    await page.getByLabel("Name of the business").fill(`Plain ${handle}`);
    await sendButton(page).click();
    await expect(page.getByRole("heading", { name: "Your request is being looked at" })).toBeVisible();
    // A form that was open all along, sent now: one request all the same.
    await other.getByLabel("Name of the business").fill(`Plain ${handle}`);
    await other.getByLabel("What you sell").fill("Tea");
    await sendButton(other).click();
    await expect(other.getByRole("heading", { name: "Your request is being looked at" })).toBeVisible();
    expect(await requestsOf(handle)).toHaveLength(1);
  });
});

test("merchants and operators are told what they are, and strangers are sent to sign in", async ({
  page,
  browser,
}) => {
  await page.goto(PAGE);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  for (const [who, says] of [
    ["Mia", "Whoever pays you reads Bluebird Coffee, with the handle @mia."],
    ["Omar", "Operators do not sell."],
  ] as const) {
    const context = await browser.newContext();
    const theirs = await context.newPage();
    await theirs.goto(`/sign-in?next=${encodeURIComponent(PAGE)}`);
    await theirs.getByRole("button", { name: `Continue as ${who}` }).click();
    await expect(theirs.getByText(says)).toBeVisible();
    await expect(sendButton(theirs)).toHaveCount(0);
    await context.close();
  }
});
