/** API keys, as somebody makes one for a program, and as the program uses it. */
import type { Page } from "@playwright/test";
import { books } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";

/** Makes a key with the scopes that have these labels, and returns it as the page shows it. */
async function makeKey(page: Page, name: string, labels: string[]): Promise<string> {
  await page.goto("/settings/api-keys");
  await page.getByLabel("Name", { exact: true }).fill(name);
  for (const label of labels) await page.getByLabel(label).check();
  await page.getByRole("button", { name: "Create key" }).click();
  await expect(page.getByText(`“${name}” is created`)).toBeVisible();
  return (await page.getByLabel("Your new key").textContent()) ?? "";
}

/** The row of a key. Its name is isolated in labels, so that it turns nothing around it. */
function rowOf(page: Page, name: string) {
  return page.getByRole("listitem").filter({ has: page.getByLabel(`Revoke \u2068${name}\u2069`) });
}

async function revoke(page: Page, name: string): Promise<void> {
  const row = rowOf(page, name);
  await row.getByLabel("Revoke").click();
  await row.getByRole("button", { name: "Revoke for certain" }).click();
  await expect(page.getByRole("status")).toContainText("Revoked.");
}

/** What a program with this key, and no cookie, is answered. */
function asProgram(baseURL: string | undefined, key: string) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return (path: string, init: RequestInit = {}) => fetch(`${baseURL}${path}`, { ...init, headers });
}

test("a key works for what was ticked, is shown once, and stops at once when revoked", async ({
  alice,
  baseURL,
}) => {
  const key = await makeKey(alice, "Bookkeeping", ["Read accounts and balances"]);
  const ask = asProgram(baseURL, key);

  expect((await ask("/api/accounts")).status).toBe(200);
  const forbidden = await ask("/api/idempotency-keys", { method: "POST", body: "{}" });
  expect(forbidden.status).toBe(403);
  expect(await forbidden.json()).toMatchObject({ detail: expect.stringContaining('"keys:write"') });

  await alice.reload();
  await expect(rowOf(alice, "Bookkeeping")).toBeVisible();
  expect(await alice.content()).not.toContain(key);
  expect(await books()`select 1 from api_keys where key = ${key}`).toEqual([]);

  await revoke(alice, "Bookkeeping");
  expect((await ask("/api/accounts")).status).toBe(401);
  await expect(rowOf(alice, "Bookkeeping")).toHaveCount(0);
});

test("what is missing is said, and what was typed stays", async ({ alice }) => {
  await alice.goto("/settings/api-keys");
  await alice.getByLabel("Name", { exact: true }).fill("Till");
  await alice.getByRole("button", { name: "Create key" }).click();
  await expect(alice.getByRole("alert").filter({ hasText: "Tick at least one" })).toBeVisible();
  await expect(alice.getByLabel("Name", { exact: true })).toHaveValue("Till");
});

test("a key that changed something says so on the page, and one that only read does not", async ({
  alice,
  baseURL,
}) => {
  const ask = asProgram(baseURL, await makeKey(alice, "Shop", ["Issue and revoke", "Read accounts"]));
  const row = rowOf(alice, "Shop");
  expect((await ask("/api/accounts")).status).toBe(200);
  await alice.reload();
  await expect(row).toContainText("No change made yet");
  const purpose = { kind: "transfer", intentId: crypto.randomUUID() };
  expect(
    (await ask("/api/idempotency-keys", { method: "POST", body: JSON.stringify({ purpose }) })).status,
  ).toBe(201);
  await expect(async () => {
    await alice.reload();
    await expect(row).toContainText("Last change made", { timeout: 500 });
  }).toPass();
  await revoke(alice, "Shop");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a key is made, shown and revoked all the same", async ({ alice, baseURL }) => {
    const ask = asProgram(baseURL, await makeKey(alice, "Plain", ["Read accounts"]));
    expect((await ask("/api/accounts")).status).toBe(200);
    await alice.goto("/settings/api-keys");
    await revoke(alice, "Plain");
    expect((await ask("/api/accounts")).status).toBe(401);
  });
});
