/** While the database does not answer, what anybody may read can be read, and nobody is told that they are nobody. */
import postgres from "postgres";
import { adminUrlOf } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";

/** The database of the server under test lets nobody in while `during` runs. */
async function whileAway(during: () => Promise<void>): Promise<void> {
  const server = postgres(adminUrlOf("postgres"), { max: 1, onnotice: () => {} });
  await server`alter database once with allow_connections false`;
  try {
    await server`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'once'`;
    await during();
  } finally {
    await server`alter database once with allow_connections true`;
    await server.end();
  }
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("a page that needs the database says that nothing is known, and how to go on", async ({
    page,
    browser,
    baseURL,
  }) => {
    await signIn(page, "Alice");
    await whileAway(async () => {
      const id = "5b0f3d0e-6a53-4f3c-9d52-0c1d8f8f6a11";
      const places = [
        "/payments",
        `/payments/${id}`,
        "/orders",
        `/orders/${id}`,
        `/checkout/${id}`,
        "/send",
        "/settings/account",
      ];
      for (const path of [...places, `/pay/${id}`, "/payments?q=tea"]) {
        await page.goto(path);
        await expect(page.getByRole("heading", { level: 1 }), path).toHaveText(
          "This page could not be shown",
        );
        await expect(page.getByText("That says nothing about your money.")).toBeVisible();
        await expect(page.getByRole("link", { name: "Load the page again" })).toHaveAttribute("href", path);
      }
      await page.goto(`/where?key=${id}`);
      await expect(page.getByRole("heading", { name: "Not known just now, being checked" })).toBeVisible();
      // Nor does a page for anybody that is made of records, whoever looks.
      const nobody = await (
        await browser.newContext({ baseURL: baseURL ?? "", javaScriptEnabled: false })
      ).newPage();
      await nobody.goto(`/pay/${id}`);
      await expect(nobody.getByRole("heading", { level: 1 })).toHaveText("This page could not be shown");
      await nobody.context().close();
    });
  });

  test("Pay, pressed meanwhile, leads to the same form, which pays once when the database is back", async ({
    page,
    orderId,
  }) => {
    await signIn(page, "Alice");
    await page.goto(`/checkout/${orderId}`);
    await page.getByRole("button", { name: "Continue" }).click();
    const key = new URL(page.url()).searchParams.get("key");
    const pay = page.getByRole("button", { name: /^Pay \$/ });
    await expect(pay).toBeVisible();
    await whileAway(async () => {
      for (let press = 0; press < 2; press += 1) {
        await pay.click();
        await expect(page.getByText("No answer has reached us yet.")).toBeVisible({ timeout: 30_000 });
        await expect(page.locator("input[name='idempotency_key']")).toHaveValue(key ?? "");
        await expect(pay).toBeVisible();
      }
    });
    await expect(async () => {
      if (await pay.isVisible()) await pay.click();
      await expect(page).toHaveURL(`/payments/${key}`, { timeout: 2_000 });
    }).toPass();
  });
});

test("pages for anybody are shown, and say that nobody can be looked up", async ({
  alice,
  browser,
  baseURL,
}) => {
  const server = postgres(adminUrlOf("postgres"), { max: 1, onnotice: () => {} });
  await server`alter database once with allow_connections false`;
  try {
    await server`select pg_terminate_backend(pid) from pg_stat_activity where datname = 'once'`;
    for (const [path, heading] of [
      ["/", "Pay once. However often you press."],
      ["/docs", "Pay over HTTP, once"],
      ["/problems/outcome-unknown", "The outcome is not known yet"],
      ["/sign-in", "Sign in"],
    ] as const) {
      const answer = await alice.goto(path);
      expect(answer?.status(), path).toBe(200);
      await expect(alice.getByRole("heading", { level: 1 })).toHaveText(heading);
      await expect(alice.getByRole("status").filter({ hasText: "cannot be reached" })).toBeVisible();
      await expect(alice.locator("header").getByRole("link", { name: "Sign in" })).toHaveCount(0);
    }
    await alice.goto("/payments");
    await expect(alice.getByRole("heading", { level: 1 })).toHaveText("This page could not be shown");
    // Who has no session is asked of no database.
    const nobody = await (await browser.newContext({ baseURL: baseURL ?? "" })).newPage();
    await nobody.goto("/");
    await expect(nobody.locator("header").getByRole("link", { name: "Sign in" })).toBeVisible();
    await nobody.context().close();
  } finally {
    await server`alter database once with allow_connections true`;
    await server.end();
  }
  await expect(async () => {
    await alice.goto("/payments");
    await expect(alice.getByRole("heading", { level: 1 })).toHaveText("Payments", { timeout: 2_000 });
  }).toPass();
  // By then nobody is told of it any more, whichever connection reads for them.
  const later = await Promise.all(Array.from({ length: 40 }, () => alice.request.get("/payments")));
  expect(new Set(later.map((answer) => answer.status()))).toEqual(new Set([200]));
});
