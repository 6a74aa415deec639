/** What a form creates it creates once: pressed twice, sent twice at once, with JavaScript and without. */
import type { Locator, Page } from "@playwright/test";
import { books, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";
import { confirmSignUp, fillSignUp, linkMailedTo, newcomer, type Person, signUp } from "../support/mail.ts";

async function ordersOfMia(): Promise<number> {
  const [row] = await books()<{ n: number }[]>`
    select count(*)::int as n from orders where merchant_id = ${await userIdOf("mia")}`;
  return row?.n ?? 0;
}

async function keysCalled(name: string): Promise<number> {
  const [row] = await books()<{ n: number }[]>`
    select count(*)::int as n from api_keys where name = ${name}`;
  return row?.n ?? 0;
}

/** Sends the form twice in one go, past the button and what it latches. */
async function sendTwice(button: Locator): Promise<void> {
  await button.evaluate((element: HTMLButtonElement) => {
    element.form?.requestSubmit(element);
    element.form?.requestSubmit(element);
  });
}

/** The fields of a form as a browser without JavaScript sends them. */
function fieldsOf(button: Locator): Promise<Record<string, string>> {
  return button.evaluate((element: HTMLButtonElement) =>
    Object.fromEntries(
      [...new FormData(element.form ?? undefined, element)].map(([name, value]) => [name, String(value)]),
    ),
  );
}

/** Posts the fields to the page twice at once, and returns where each answer leads. */
async function postTwice(page: Page, path: string, fields: Record<string, string>): Promise<unknown[]> {
  const origin = new URL(page.url()).origin;
  const post = () => page.request.post(path, { multipart: fields, headers: { origin }, maxRedirects: 0 });
  const answers = await Promise.all([post(), post()]);
  return answers.map((answer) => [answer.status(), answer.headers().location]);
}

const CHECKOUT = /\/checkout\/[0-9a-f-]{36}$/;

test.describe("Order", () => {
  test("clicked twice makes one order", async ({ alice }) => {
    const before = await ordersOfMia();
    await alice.getByRole("button", { name: "Order Espresso" }).dblclick();
    await alice.waitForURL(CHECKOUT);
    await expect(payButton(alice)).toBeEnabled();
    expect(await ordersOfMia()).toBe(before + 1);
  });

  test("sent twice while the answer is slow makes one order", async ({ alice }) => {
    const before = await ordersOfMia();
    let sent = 0;
    await alice.route("**/*", async (route) => {
      if (route.request().method() === "POST" && route.request().headers()["next-action"]) {
        sent += 1;
        await route.fetch().then((response) => route.fulfill({ response }));
      } else await route.fallback();
    });
    await sendTwice(alice.getByRole("button", { name: "Order Espresso" }));
    await alice.waitForURL(CHECKOUT);
    await expect.poll(() => sent).toBe(2);
    await expect(payButton(alice)).toBeEnabled();
    expect(await ordersOfMia()).toBe(before + 1);
  });

  test("pressed again on the page from before, after that order was paid, makes one other", async ({
    alice,
  }) => {
    const before = await ordersOfMia();
    const fields = await fieldsOf(alice.getByRole("button", { name: "Order Espresso" }));
    await alice.getByRole("button", { name: "Order Espresso" }).click();
    await alice.waitForURL(CHECKOUT);
    await expect(payButton(alice)).toBeEnabled();
    await payButton(alice).click();
    await expectReceipt(alice, "$3.20");
    const next = new Set<string>();
    for (let count = 0; count < 3; count += 1) {
      await alice.goto("/");
      const order = alice.locator("form", { has: alice.getByRole("button", { name: "Order Espresso" }) });
      const id = order.locator("input[name=orderId]");
      await id.evaluate((input, orderId) => input.setAttribute("value", orderId), fields.orderId ?? "");
      await alice.getByRole("button", { name: "Order Espresso" }).click();
      await alice.waitForURL(CHECKOUT);
      next.add(alice.url());
    }
    expect(next.size).toBe(1);
    expect(await ordersOfMia()).toBe(before + 2);
  });
});

test.describe("Create key", () => {
  async function fill(page: Page, name: string): Promise<Locator> {
    await page.goto("/settings/api-keys");
    await page.getByLabel("Name", { exact: true }).fill(name);
    await page.getByLabel("Read accounts and balances").check();
    return page.getByRole("button", { name: "Create key" });
  }

  test("clicked twice makes one key, and shows it", async ({ alice, baseURL }) => {
    await (await fill(alice, "Twice clicked")).dblclick();
    const shown = alice.getByLabel("Your new key");
    await expect(shown).toBeVisible();
    expect(await keysCalled("Twice clicked")).toBe(1);
    const asked = await fetch(`${baseURL}/api/accounts`, {
      headers: { authorization: `Bearer ${await shown.textContent()}` },
    });
    expect(asked.status).toBe(200);
  });

  test("sent twice makes one key, and keeps showing it", async ({ alice, baseURL }) => {
    let answered = 0;
    alice.on("response", (response) => {
      if (response.request().headers()["next-action"]) answered += 1;
    });
    await sendTwice(await fill(alice, "Twice sent"));
    await expect.poll(() => answered).toBe(2);
    const shown = alice.getByLabel("Your new key");
    await expect(shown).toBeVisible();
    expect(await keysCalled("Twice sent")).toBe(1);
    const asked = await fetch(`${baseURL}/api/accounts`, {
      headers: { authorization: `Bearer ${await shown.textContent()}` },
    });
    expect(asked.status).toBe(200);
  });

  test("makes another key for another press", async ({ alice }) => {
    await (await fill(alice, "One after another")).click();
    await expect(alice.getByText("“One after another” is created")).toBeVisible();
    await alice.getByLabel("Name", { exact: true }).fill("One after another 2");
    await alice.getByLabel("Read accounts and balances").check();
    await alice.getByRole("button", { name: "Create key" }).click();
    await expect(alice.getByText("“One after another 2” is created")).toBeVisible();
  });
});

async function fillSignUpOf(page: Page, who: Person): Promise<Locator> {
  await page.goto("/sign-up");
  await fillSignUp(page, who);
  return page.getByRole("button", { name: "Create account" });
}

async function expectOneSignUp(page: Page, who: Person): Promise<void> {
  await confirmSignUp(page, who);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${who.name}`);
  const [row] = await books()<{ mails: number; users: number }[]>`
    select (select count(*)::int from mail_outbox where recipient = ${who.email}) as mails,
           (select count(*)::int from users where email = ${who.email}) as users`;
  expect(row).toEqual({ mails: 1, users: 1 });
}

test.describe("Create account", () => {
  test("clicked twice is one sign-up, with one mail", async ({ page }) => {
    const who = newcomer();
    await (await fillSignUpOf(page, who)).dblclick();
    await expectOneSignUp(page, who);
  });

  test("sent twice is one sign-up, with one mail", async ({ page }) => {
    const who = newcomer();
    await sendTwice(await fillSignUpOf(page, who));
    await expectOneSignUp(page, who);
  });

  test("confirmed twice makes one account, and signs in", async ({ page }) => {
    const who = newcomer();
    await (await fillSignUpOf(page, who)).click();
    await page.waitForURL(/\/sign-up\/sent\?/);
    await page.goto(await linkMailedTo(who.email));
    await page.getByLabel("Your password").fill(who.password);
    await sendTwice(page.getByRole("button", { name: "Create account and sign in" }));
    await page.waitForURL("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(`Hello, ${who.name}`);
    expect(await books()`select 1 from users where email = ${who.email}`).toHaveLength(1);
  });

  test("is not a way to sign in with a password that does not fit", async ({ page, browser }) => {
    const who = await signUp(page);
    const other = await (await browser.newContext()).newPage();
    await (await fillSignUpOf(other, { ...who, password: "another horse battery" })).click();
    await expect(other.getByRole("alert").filter({ hasText: "belongs to somebody else" })).toBeVisible();
    await other.context().close();
  });

  for (const [what, wrong, says] of [
    ["the service's name", { name: "0nce" }, "could be taken for"],
    ["a twin of a merchant's name", { name: "Вluebird Соffее" }, "could be taken for"],
    ["a name that turns what follows", { name: "Eve \u202e." }, "that can be seen"],
    ["a name that shows nothing", { name: "\u3164" }, "that can be seen"],
    ["a handle like a merchant's", { handle: "rnia" }, "could be taken for"],
    ["a handle of those who help", { handle: "support-team" }, "could be taken for"],
  ] as const) {
    test(`refuses ${what}`, async ({ page }) => {
      await (await fillSignUpOf(page, { ...newcomer(), ...wrong })).click();
      await expect(page.getByRole("alert").filter({ hasText: says })).toBeVisible();
    });
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("Order posted twice at once leads to one order", async ({ page }) => {
    await signIn(page, "Alice");
    const before = await ordersOfMia();
    const fields = await plainFieldsOf(page.getByRole("button", { name: "Order Espresso" }));
    const [one, other] = await postTwice(page, "/", fields);
    expect(one).toEqual([303, expect.stringMatching(CHECKOUT)]);
    expect(other).toEqual(one);
    expect(await ordersOfMia()).toBe(before + 1);
  });

  test("Create account posted twice at once is one sign-up, and both are told the same", async ({ page }) => {
    const who = newcomer();
    const fields = await plainFieldsOf(await fillSignUpOf(page, who));
    const answers = await postTwice(page, "/sign-up", { ...fields, ...who });
    expect(answers[0]).toEqual([303, expect.stringMatching(/^\/sign-up\/sent\?id=/)]);
    expect(answers[1]).toEqual(answers[0]);
    await page.goto((answers as string[][])[0]?.[1] ?? "");
    await expectOneSignUp(page, who);
  });

  test("Create key posted twice at once makes one key, and each answer says so", async ({ page }) => {
    await signIn(page, "Alice");
    await page.goto("/settings/api-keys");
    const fields = await plainFieldsOf(page.getByRole("button", { name: "Create key" }));
    const answers = await postTwice(page, "/settings/api-keys", {
      ...fields,
      name: "Plain twice",
      scope: "accounts:read",
    });
    expect(answers.map((answer) => (answer as unknown[])[0])).toEqual([200, 200]);
    expect(await keysCalled("Plain twice")).toBe(1);
  });

  /** The hidden fields of the button's form: scripts of the page's own cannot be run here. */
  async function plainFieldsOf(button: Locator): Promise<Record<string, string>> {
    const inputs = button.locator("xpath=ancestor::form").locator("input[type=hidden]");
    const pairs = await inputs.evaluateAll((all) =>
      all.map((input) => [input.getAttribute("name") ?? "", input.getAttribute("value") ?? ""] as const),
    );
    return Object.fromEntries(pairs);
  }
});

test("a payment that waits behind a form sent twice is paid once", async ({ alice }) => {
  await sendTwice(alice.getByRole("button", { name: "Order Espresso" }));
  await alice.waitForURL(CHECKOUT);
  const orderId = alice.url().split("/").at(-1) ?? "";
  await openCheckout(alice, orderId);
  await payButton(alice).click();
  await expectReceipt(alice, "$3.20");
});
