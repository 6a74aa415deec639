/** "Where is my money?": every state of a key in words, and an open one revoked for certain, with scripts and without. */
import { randomUUID } from "node:crypto";
import { violationsOn } from "../support/axe.ts";
import { books, expectPaidOnce, newOrder } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";

type Answer = { key: string };

async function keyOf(baseURL: string | undefined, who: string, orderId: string): Promise<string> {
  const response = await fetch(`${baseURL}/api/idempotency-keys`, {
    method: "POST",
    headers: { authorization: `Bearer once_demo_${who}`, "content-type": "application/json" },
    body: JSON.stringify({ purpose: { kind: "order", orderId } }),
  });
  return ((await response.json()) as Answer).key;
}

async function payAs(
  baseURL: string | undefined,
  who: string,
  orderId: string,
  key: string,
): Promise<number> {
  const response = await fetch(`${baseURL}/api/payments`, {
    method: "POST",
    headers: {
      authorization: `Bearer once_demo_${who}`,
      "content-type": "application/json",
      "idempotency-key": `"${key}"`,
    },
    body: JSON.stringify({ orderId, amountMinor: "3800", currency: "USD" }),
  });
  return response.status;
}

for (const javaScriptEnabled of [true, false]) {
  test.describe(`${javaScriptEnabled ? "with" : "without"} JavaScript`, () => {
    test.use({ javaScriptEnabled });

    test("an open key is looked up, revoked for certain, and never pays again", async ({
      page,
      orderId,
      baseURL,
    }) => {
      const key = await keyOf(baseURL, "alice", orderId);
      await signIn(page, "Alice");
      await page.goto("/where");
      await page.getByLabel("Key or reference").fill(`  "${key.toUpperCase()}" `);
      await page.getByRole("button", { name: "Look it up" }).click();
      await expect(page.getByRole("heading", { name: "Open: not decided yet" })).toBeVisible();
      await expect(page.getByText("Not so far, as far as is recorded")).toBeVisible();
      await expect(page.getByRole("link", { name: "Back to the form" })).toHaveAttribute(
        "href",
        `/checkout/${orderId}`,
      );
      await page.getByRole("button", { name: "Cancel for certain" }).click();
      await expect(
        page.getByRole("heading", { name: "Void for your account: not paid by you, and never will be" }),
      ).toBeVisible();
      await expect(page).toHaveURL(`/where?key=${key}&notice=revoked`);
      expect(await payAs(baseURL, "alice", orderId, key)).toBe(410);
      // Asked again, it is the same: a reload sends nothing.
      await page.reload();
      await expect(
        page.getByText("No money of yours has moved with this key, and none ever will."),
      ).toBeVisible();
    });

    test("revoking what was paid meanwhile leads to the receipt", async ({ page, orderId, baseURL }) => {
      const key = await keyOf(baseURL, "alice", orderId);
      await signIn(page, "Alice");
      await page.goto(`/where?key=${key}`);
      expect(await payAs(baseURL, "alice", orderId, key)).toBe(201);
      await page.getByRole("button", { name: "Cancel for certain" }).click();
      await expect(page.getByRole("heading", { name: "It was paid already" })).toBeVisible();
      await expect(page.getByText("$38.00 went to Bluebird Coffee")).toBeVisible();
      await page.getByRole("link", { name: "Open the receipt" }).click();
      await expect(page).toHaveURL(`/payments/${key}`);
      await expectPaidOnce(orderId);
    });

    test("a text without a key is kept, and is told what a key looks like", async ({ page }) => {
      await signIn(page, "Alice");
      await page.goto("/where");
      await page.getByLabel("Key or reference").fill("my coffee");
      await page.getByRole("button", { name: "Look it up" }).click();
      await expect(page.getByRole("alert").filter({ hasText: "There is no key in that" })).toBeVisible();
      await expect(page.getByLabel("Key or reference")).toHaveValue("my coffee");
      await expect(page.getByLabel("Key or reference")).toHaveAttribute("aria-invalid", "true");
    });
  });
}

test("another user's key is void, whatever became of it; whoever received the payment is told so", async ({
  page,
  baseURL,
}) => {
  const [open, paid] = [await newOrder(baseURL ?? ""), await newOrder(baseURL ?? "")];
  const [openKey, paidKey] = [await keyOf(baseURL, "alice", open), await keyOf(baseURL, "alice", paid)];
  expect(await payAs(baseURL, "alice", paid, paidKey)).toBe(201);
  await signIn(page, "Bob");
  for (const key of [openKey, paidKey, randomUUID()]) {
    await page.goto(`/where?key=${key}`);
    await expect(
      page.getByRole("heading", { name: /^Void for your account: not paid by you/ }),
    ).toBeVisible();
    await expect(page.getByRole("button", { name: /Cancel/ })).toHaveCount(0);
  }
  // Nor can it be revoked by anybody else.
  const post = (key: string, user: string) =>
    page.request.post("/where/revoke", {
      form: { key, user },
      headers: { origin: baseURL ?? "" },
      maxRedirects: 0,
    });
  const [bob] = await books()<{ id: string }[]>`select id from users where handle = 'bob'`;
  const [alice] = await books()<{ id: string }[]>`select id from users where handle = 'alice'`;
  expect((await post(openKey, bob?.id ?? "")).headers().location).toBe(
    `/where?key=${openKey}&notice=revoked`,
  );
  expect((await post(openKey, alice?.id ?? "")).headers().location).toMatch(/^\/sign-in/);
  expect(await books()`select 1 from idempotency_keys where key = ${openKey}`).toHaveLength(1);

  await page.goto("/");
  await page.context().clearCookies();
  await signIn(page, "Mia");
  await page.goto(`/where?key=${paidKey}`);
  await expect(page.getByRole("heading", { name: "A payment that you received" })).toBeVisible();
  await expect(page.getByText("Alice paid you $38.00")).toBeVisible();
});

test("a declined key says why, that no money moved, and where to try again", async ({ alice, baseURL }) => {
  const orderId = await newOrder(baseURL ?? "", "900000000000", 1);
  const key = await keyOf(baseURL, "alice", orderId);
  await fetch(`${baseURL}/api/payments`, {
    method: "POST",
    headers: {
      authorization: "Bearer once_demo_alice",
      "content-type": "application/json",
      "idempotency-key": `"${key}"`,
    },
    body: JSON.stringify({ orderId, amountMinor: "900000000000", currency: "USD" }),
  });
  await alice.goto(`/where?key=${key}`);
  await expect(alice.getByRole("heading", { name: "Declined" })).toBeVisible();
  await expect(alice.getByText("The balance was too low")).toBeVisible();
  await expect(alice.getByText("No money has moved with this key, and it never will.")).toBeVisible();
  await expect(alice.getByRole("link", { name: "Back to the form" })).toHaveAttribute(
    "href",
    `/checkout/${orderId}`,
  );
});

test("own open keys and the latest payments are there to pick; an address alone claims nothing", async ({
  alice,
  orderId,
  baseURL,
}) => {
  const key = await keyOf(baseURL, "alice", orderId);
  await alice.goto("/where");
  expect(await violationsOn(alice)).toEqual([]);
  await alice.locator(`a[href='/where?key=${key}']`).click();
  await expect(alice.getByRole("heading", { name: "Open: not decided yet" })).toBeVisible();
  // An address alone claims nothing.
  for (const notice of ["unknown", "revoked"]) {
    await alice.goto(`/where?key=${key}&notice=${notice}`);
    await expect(alice.getByRole("heading", { name: "Open: not decided yet" })).toBeVisible();
  }
  expect(await violationsOn(alice)).toEqual([]);
  await alice.getByRole("button", { name: "Cancel for certain" }).click();
  await expect(alice.getByRole("heading", { name: /^Void for your account/ })).toBeVisible();
});
