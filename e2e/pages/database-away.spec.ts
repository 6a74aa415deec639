/** While the database does not answer, what anybody may read can be read, and nobody is told that they are nobody. */
import postgres from "postgres";
import { adminUrlOf } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";

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
});
