/** Accounts that people can keep: by the pages, and by the mails of the demo's outbox. */
import type { Browser, Page } from "@playwright/test";
import { books } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";
import { linkMailedTo, mailTo, newcomer, type Person, signUp } from "../support/mail.ts";
import { ADDRESS } from "../support/server-under-test.ts";

const OTHER = "another horse, another battery";

async function signInWith(page: Page, email: string, password: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Another browser of the same person. */
async function otherBrowser(browser: Browser, who: Person): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signInWith(page, who.email, who.password);
  await page.waitForURL("/");
  return page;
}

/** Posts the page's form as a browser without scripts does; the answer, its random parts and the fields' own words taken out. */
async function answerTo(
  browser: Browser,
  path: string,
  fields: Record<string, string>,
): Promise<{ status: number; location: string; page: string }> {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const opened = await context.newPage();
  await opened.goto(path);
  const hidden = await opened
    .locator("main form input[type=hidden]")
    .evaluateAll((all) =>
      all.map((input) => [input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""] as const),
    );
  const { request } = context;
  const answer = await request.post(path, {
    multipart: { ...Object.fromEntries(hidden), ...fields },
    headers: { origin: new URL(opened.url()).origin },
    maxRedirects: 0,
  });
  const location = answer.headers().location ?? "";
  const page = location === "" ? await answer.text() : await (await request.get(location)).text();
  const neutral = (text: string) =>
    Object.values(fields)
      .reduce((rest, value) => rest.replaceAll(value, "_"), text)
      // The same page once more, as React reads it: in pieces that are cut wherever the server was just then.
      .replaceAll(/<script\b[^>]*>.*?<\/script>/gs, "")
      .replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "<id>")
      .replaceAll(/nonce="[^"]*"|"nonce":"[^"]*"|nonce-[\w+/=]+/g, "<nonce>")
      .trim();
  const read = { status: answer.status(), location: neutral(location), page: neutral(page) };
  await context.close();
  return read;
}

test.describe("nobody learns who has an account", () => {
  test("signing up says the same, byte by byte, for an address that has one", async ({ browser, page }) => {
    const owner = await signUp(page);
    const answers = [];
    for (const email of [newcomer().email, owner.email]) {
      const { name, handle, password } = newcomer();
      answers.push(await answerTo(browser, "/sign-up", { name, handle, email, password }));
    }
    expect(answers[0]?.status).toBe(303);
    expect(answers[0]?.page).toContain("We have sent a mail");
    expect(answers[1]).toEqual(answers[0]);
    expect(await mailTo(owner.email, "address-taken")).toMatchObject({
      text: expect.stringContaining("You have an account already"),
    });
  });

  test("a forgotten password says the same, byte by byte, for an address that has none", async ({
    browser,
    page,
  }) => {
    const owner = await signUp(page);
    const answers = [];
    for (const email of [owner.email, newcomer().email])
      answers.push(await answerTo(browser, "/reset-password", { email }));
    expect(answers[0]).toMatchObject({ status: 303, location: "/reset-password?sent=1" });
    expect(answers[1]).toEqual(answers[0]);
  });

  test("another address says the same for one that is somebody else's", async ({ page }) => {
    const who = await signUp(page);
    const said = [];
    for (const email of ["alice@once.test", newcomer().email]) {
      await page.goto("/settings/account");
      await page.getByText("Change the address").click();
      await page.locator("#address-email").fill(email);
      await page.locator("#address-currentPassword").fill(who.password);
      await page.locator("#address").getByRole("button", { name: "Send the link" }).click();
      await page.waitForURL(/done=address/);
      said.push(await page.locator("main").innerText());
    }
    expect(said[1]).toBe(said[0]);
    expect(await mailTo("alice@once.test", "address-taken")).toBeDefined();
  });
});

test("the link of a sign-up does nothing when it is only opened, and leads back to where somebody was going", async ({
  page,
  request,
}) => {
  const who = newcomer();
  await page.goto("/sign-up?next=%2Fsettings%2Fapi-keys");
  await page.getByLabel("Name").fill(who.name);
  await page.getByLabel("Handle").fill(who.handle);
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL(/\/sign-up\/sent\?/);
  await expect(page.getByText(who.email)).toBeVisible();
  const link = await linkMailedTo(who.email);
  for (let scan = 0; scan < 3; scan += 1) {
    expect((await request.get(link)).status()).toBe(200);
    await request.head(link);
  }
  expect(await books()`select 1 from users where email = ${who.email}`).toEqual([]);
  await page.goto(link);
  await page.getByLabel("Your password").fill("not this one");
  await page.getByRole("button", { name: "Create account and sign in" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "This is not the password" })).toBeVisible();
  await page.getByLabel("Your password").fill(who.password);
  await page.getByRole("button", { name: "Create account and sign in" }).click();
  await page.waitForURL("/settings/api-keys");
  await page.goto("/settings/account");
  await expect(page.getByText("Confirmed", { exact: true })).toBeVisible();
});

test("a forgotten password: the outbox, the link, and every other browser is out at once", async ({
  page,
  browser,
}) => {
  const who = await signUp(page);
  const elsewhere = await otherBrowser(browser, who);
  const forgetful = await (await browser.newContext()).newPage();
  await forgetful.goto("/sign-in");
  await forgetful.getByRole("link", { name: "Forgotten your password?" }).click();
  await forgetful.waitForURL("/reset-password");
  await forgetful.getByLabel("E-mail").fill(who.email.toUpperCase());
  await forgetful.getByRole("button", { name: "Send the link" }).click();
  await expect(forgetful.getByRole("status")).toContainText("If there is an account with this address");
  await mailTo(who.email, "reset-password");
  await forgetful.getByRole("link", { name: "Open the demo’s outbox" }).click();
  await forgetful.getByRole("link").filter({ hasText: who.email }).first().click();
  const frame = forgetful.frameLocator("iframe");
  await expect(frame.getByRole("heading", { name: "Choose a new password" })).toBeVisible();
  await frame.getByRole("link", { name: "Choose a new password" }).click();
  await forgetful.waitForURL(/\/reset-password\/new\?token=/);
  const link = forgetful.url();
  await forgetful.getByLabel("New password").fill(who.handle);
  await forgetful.getByRole("button", { name: "Set the new password" }).click();
  await expect(forgetful.getByRole("alert").filter({ hasText: "contains your handle" })).toBeVisible();
  await forgetful.getByLabel("New password").fill(OTHER);
  await forgetful.getByRole("button", { name: "Set the new password" }).click();
  await forgetful.waitForURL(/\/sign-in\?changed=password/);
  for (const one of [page, elsewhere]) {
    await one.goto("/payments");
    await expect(one).toHaveURL(/\/sign-in/);
  }
  await signInWith(forgetful, who.email, who.password);
  await expect(forgetful.getByRole("alert").filter({ hasText: "is not right" })).toBeVisible();
  await signInWith(forgetful, who.email, OTHER);
  await forgetful.waitForURL("/");
  expect(await mailTo(who.email, "password-changed")).toBeDefined();
  await elsewhere.goto(link);
  await elsewhere.getByLabel("New password").fill("a third horse, a third battery");
  await elsewhere.getByRole("button", { name: "Set the new password" }).click();
  await expect(elsewhere.getByRole("alert").filter({ hasText: "This link is not valid" })).toBeVisible();
});

test("the password is changed by whoever knows it; other browsers are out, this one stays", async ({
  page,
  browser,
}) => {
  const who = await signUp(page);
  const elsewhere = await otherBrowser(browser, who);
  await page.goto("/settings/account");
  const form = page.locator("#password");
  const change = async (current: string) => {
    await form.getByLabel("Password you have now").fill(current);
    await form.getByLabel("New password").fill(OTHER);
    await form.getByRole("button", { name: "Change password" }).click();
  };
  await change("not this one");
  await expect(form.getByRole("alert")).toContainText("This is not the password");
  await elsewhere.goto("/payments");
  await expect(elsewhere).toHaveURL("/payments");
  await change(who.password);
  await page.waitForURL(/done=password/);
  await expect(page.getByText("This browser")).toBeVisible();
  await elsewhere.goto("/payments");
  await expect(elsewhere).toHaveURL(/\/sign-in/);
});

test("sessions are listed and ended, one by one and all others; nobody ends a stranger's", async ({
  page,
  browser,
}) => {
  const who = await signUp(page);
  const [second, third] = [await otherBrowser(browser, who), await otherBrowser(browser, who)];
  await page.goto("/settings/account");
  await expect(page.getByRole("button", { name: /^Sign out: / })).toHaveCount(2);
  await page
    .getByRole("button", { name: /^Sign out: / })
    .first()
    .click();
  await page.waitForURL(/done=session$/);
  const states = async () => {
    for (const one of [second, third]) await one.goto("/payments");
    return [second, third].map((one) => new URL(one.url()).pathname).sort();
  };
  expect(await states()).toEqual(["/payments", "/sign-in"]);
  await page.getByRole("button", { name: "Sign out everywhere else" }).click();
  await page.waitForURL(/done=sessions/);
  expect(await states()).toEqual(["/sign-in", "/sign-in"]);
  await page.goto("/payments");
  await expect(page).toHaveURL("/payments");
  // The id of somebody else's session in the form ends nothing.
  const stranger = await (await browser.newContext()).newPage();
  await signUp(stranger);
  const [theirs] = await books()<{ id: string }[]>`
    select s.id from sessions s join users u on u.id = s.user_id where u.email = ${who.email}`;
  await otherBrowser(browser, who);
  await page.goto("/settings/account");
  await signIn(stranger, "Bob");
  const bobs = await (await browser.newContext()).newPage();
  await signIn(bobs, "Bob");
  await stranger.goto("/settings/account");
  await stranger
    .locator("form:has(button[aria-label^='Sign out: ']) input[name=id]")
    .first()
    .evaluate((input: HTMLInputElement, id) => {
      input.value = id;
    }, theirs?.id ?? "");
  await stranger
    .getByRole("button", { name: /^Sign out: / })
    .first()
    .click();
  await stranger.waitForURL(/done=session/);
  await page.goto("/payments");
  await expect(page).toHaveURL("/payments");
});

test("another address counts from when it is confirmed, by its own user, and the old one is told", async ({
  page,
  browser,
}) => {
  const who = await signUp(page);
  const email = newcomer().email;
  await page.goto("/settings/account");
  await page.getByText("Change the address").click();
  await page.locator("#address-email").fill(email);
  await page.locator("#address-currentPassword").fill(who.password);
  await page.locator("#address").getByRole("button", { name: "Send the link" }).click();
  await page.waitForURL(/done=address/);
  const link = await linkMailedTo(email, "change-address");
  const stranger = await (await browser.newContext()).newPage();
  await stranger.goto(link);
  await expect(stranger).toHaveURL(/\/sign-in\?next=/);
  await signIn(stranger, "Bob");
  await stranger.goto(link);
  await expect(stranger.getByText("This link belongs to another account.")).toBeVisible();
  await page.goto(link);
  await expect(page.getByText(email)).toBeVisible();
  await page.getByRole("button", { name: "Confirm" }).click();
  await page.waitForURL(/done=confirmed/);
  await expect(page.locator("main").getByText(email)).toBeVisible();
  expect(await mailTo(who.email, "address-changed")).toBeDefined();
  const again = await otherBrowser(browser, { ...who, email });
  await expect(again.getByRole("heading", { level: 1 })).toHaveText("Hello, A Guest");
});

test("receipts by mail come once for a payment, and not when they are switched off", async ({ page }) => {
  const who = await signUp(page);
  await page.goto("/settings");
  await page.getByRole("link", { name: /^Mail Receipts/ }).click();
  await page.getByLabel("Deutsch").check();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Saved");
  await sendAsAlice(who.handle, "10000");
  const pay = async () => {
    const headers = { "content-type": "application/json", origin: ADDRESS };
    const issued = await page.request.post("/api/idempotency-keys", {
      headers,
      data: { purpose: { kind: "transfer", intentId: crypto.randomUUID() } },
    });
    const { key } = await issued.json();
    const data = { payee: "bob", amountMinor: "1250", currency: "USD" };
    for (const _press of [1, 2, 3])
      expect(
        (
          await page.request.post("/api/payments", {
            headers: { ...headers, "idempotency-key": `"${key}"` },
            data,
          })
        ).status(),
      ).toBe(201);
    return key as string;
  };
  const first = await pay();
  const mail = await mailTo(who.email, "receipt");
  expect(mail.text).toContain(first);
  expect(mail.text).toContain("12,50");
  await page.goto("/settings/mail");
  await page.getByLabel("A receipt after each payment").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByRole("status")).toContainText("Saved");
  const second = await pay();
  // What was noted after it is stored by then.
  const later = await sendAsAlice("bob", "1");
  await expect(async () => {
    expect(await books()`select 1 from mail_outbox where dedupe_key = ${`receipt:${later}`}`).toHaveLength(1);
  }).toPass();
  const receipts = await books()<{ key: string }[]>`
    select dedupe_key as key from mail_outbox where kind = 'receipt' and recipient = ${who.email}`;
  expect(receipts.map(({ key }) => key)).toEqual([`receipt:${first}`]);
  expect(second).not.toBe(first);
});

/** Sends money as Alice's program would, and returns the payment's id. */
async function sendAsAlice(payee: string, amountMinor: string): Promise<string> {
  const headers = { authorization: "Bearer once_demo_alice", "content-type": "application/json" };
  const issued = await fetch(`${ADDRESS}/api/idempotency-keys`, {
    method: "POST",
    headers,
    body: JSON.stringify({ purpose: { kind: "transfer", intentId: crypto.randomUUID() } }),
  });
  const { key } = (await issued.json()) as { key: string };
  const paid = await fetch(`${ADDRESS}/api/payments`, {
    method: "POST",
    headers: { ...headers, "idempotency-key": `"${key}"` },
    body: JSON.stringify({ payee, amountMinor, currency: "USD" }),
  });
  expect(paid.status).toBe(201);
  return key;
}

test("the frame of a mail breaks no policy", async ({ page }) => {
  const violations: string[] = [];
  page.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
  });
  await page.goto("/sign-up");
  const who = await signUp(page);
  await page.goto("/dev/outbox");
  await page.getByRole("link").filter({ hasText: who.email }).first().click();
  await expect(page.locator("iframe")).toBeVisible();
  expect(violations).toEqual([]);
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("people sign up, forget their password, choose another and change their address", async ({ page }) => {
    const who = await signUp(page);
    await page.goto("/reset-password");
    await page.getByLabel("E-mail").fill(who.email);
    await page.getByRole("button", { name: "Send the link" }).click();
    await expect(page.getByRole("status")).toContainText("If there is an account");
    await page.goto(await linkMailedTo(who.email, "reset-password"));
    await page.getByLabel("New password").fill("short");
    await page.getByRole("button", { name: "Set the new password" }).click();
    await expect(page.getByRole("alert").first()).toContainText("10 characters");
    await page.getByLabel("New password").fill(OTHER);
    await page.getByRole("button", { name: "Set the new password" }).click();
    await page.waitForURL(/changed=password/);
    await signInWith(page, who.email, OTHER);
    await page.waitForURL("/");
    await page.goto("/settings/account");
    await page.getByText("Change the address").click();
    await page.locator("#address-email").fill("not an address");
    await page.locator("#address-currentPassword").fill(OTHER);
    await page.locator("#address").getByRole("button", { name: "Send the link" }).click();
    await expect(page.locator("#address").getByRole("alert")).toContainText("no e-mail address");
    const email = newcomer().email;
    await page.locator("#address-email").fill(email);
    await page.locator("#address-currentPassword").fill(OTHER);
    await page.locator("#address").getByRole("button", { name: "Send the link" }).click();
    await page.waitForURL(/done=address/);
    await page.goto(await linkMailedTo(email, "change-address"));
    await page.getByRole("button", { name: "Confirm" }).click();
    await page.waitForURL(/done=confirmed/);
    await expect(page.locator("main").getByText(email)).toBeVisible();
  });
});

test("what an address claims without anything behind it is not said", async ({ alice }) => {
  for (const address of [
    "/sign-in?changed=password",
    "/reset-password?sent=1",
    "/settings/mail?saved=1",
    "/settings/api-keys?revoked=1",
    ...["password", "address", "confirmation", "confirmed", "session", "sessions", "expired", "later"].map(
      (done) => `/settings/account?done=${done}`,
    ),
  ]) {
    await alice.goto(address);
    const said = await alice.getByRole("main").innerText();
    await alice.goto(address.split("?")[0] ?? "");
    expect(await alice.getByRole("main").innerText(), address).toBe(said);
  }
  await alice.goto("/settings/mail");
  await alice.getByRole("button", { name: "Save" }).click();
  await expect(alice).toHaveURL("/settings/mail?saved=1");
  await expect(alice.getByText("Saved.", { exact: false })).toBeVisible();
});
