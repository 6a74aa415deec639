/** What a form creates it creates once: pressed twice, sent twice at once, with JavaScript and without. */
import type { Locator, Page } from "@playwright/test";
import { books, userIdOf } from "../support/books.ts";
import { expect, expectReceipt, openCheckout, payButton, signIn, test } from "../support/fixtures.ts";

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

function stranger(): Record<"name" | "handle" | "email" | "password", string> {
  const handle = `s${crypto.randomUUID().replaceAll("-", "").slice(0, 20)}`;
  return { name: "A Stranger", handle, email: `${handle}@example.com`, password: "correct horse battery" };
}

async function fillSignUp(page: Page, who: ReturnType<typeof stranger>): Promise<Locator> {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(who.name);
  await page.getByLabel("Handle").fill(who.handle);
  await page.getByLabel("E-mail").fill(who.email);
  await page.getByLabel("Password").fill(who.password);
  return page.getByRole("button", { name: "Create account" });
}

test.describe("Create account", () => {
  test("clicked twice makes one account and signs in", async ({ page }) => {
    await (await fillSignUp(page, stranger())).dblclick();
    await page.waitForURL("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, A Stranger");
  });

  test("sent twice makes one account and signs in", async ({ page }) => {
    await sendTwice(await fillSignUp(page, stranger()));
    await page.waitForURL("/");
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Hello, A Stranger");
  });

  test("is not a way to sign in with a password that does not fit", async ({ page, browser }) => {
    const who = stranger();
    await (await fillSignUp(page, who)).click();
    await page.waitForURL("/");
    const other = await (await browser.newContext()).newPage();
    await (await fillSignUp(other, { ...who, password: "another horse battery" })).click();
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
      await (await fillSignUp(page, { ...stranger(), ...wrong })).click();
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

  test("Create account posted twice at once makes one, and both sign in", async ({ page }) => {
    const who = stranger();
    const fields = await plainFieldsOf(await fillSignUp(page, who));
    const answers = await postTwice(page, "/sign-up", { ...fields, ...who });
    expect(answers).toEqual([
      [303, "/"],
      [303, "/"],
    ]);
    const [row] = await books()<{ n: number }[]>`
      select count(*)::int as n from users where email = ${who.email}`;
    expect(row?.n).toBe(1);
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
