/** The audit log and security events: found by who, what, whom and when; a download of the same; refusals of all kinds are told. */
import { violationsOn } from "../support/axe.ts";
import { books, userIdOf } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";
import { ADDRESS } from "../support/server-under-test.ts";

test("what operators did is found by who, what and whom, with what was so before, and downloaded as it is shown", async ({
  page,
}) => {
  const [omar, bob] = [await userIdOf("omar"), await userIdOf("bob")];
  for (const [limit, reason] of [
    ["12300", "A first limit"],
    ["null", "=1+1 No limit again"],
  ] as const)
    await books().unsafe(`select set_day_limit_v1('${omar}', '${bob}', 'USD', ${limit}, '${reason}')`);
  await signIn(page, "Omar");
  await page.goto("/ops/audit");
  await page.getByLabel("To whom: handle, id or currency").fill("@bob");
  await page.getByLabel("What").selectOption("day-limit");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  const rows = page.getByRole("table").locator("tbody tr");
  await expect(rows).toHaveCount(2);
  await expect(rows.first()).toContainText("@bob USD");
  await expect(rows.first()).toContainText("$123.00");
  await expect(rows.first()).toContainText("no limit");
  expect(await violationsOn(page)).toEqual([]);
  const href = await page.getByRole("link", { name: "Download as CSV" }).getAttribute("href");
  const file = await (await page.request.get(href ?? "")).text();
  expect(file.split("\r\n")).toHaveLength(4);
  expect(file).toContain(`,day-limit,account,`);
  // No spreadsheet takes a reason for a formula.
  expect(file).toContain("'=1+1 No limit again");

  await page.goto("/ops/audit?actor=nobody-is-called-so");
  await expect(page.getByText("“nobody-is-called-so” is nobody")).toBeVisible();
});

test("failed sign-ins, other sites' forms and wrong API keys are told, with no secret in them", async ({
  page,
  request,
  browser,
}) => {
  const [begun] = await books()<{ at: string }[]>`select now()::text as at`;
  const guesser = await (await browser.newContext()).newPage();
  await guesser.goto("/sign-in");
  await guesser.getByLabel("E-mail").fill("bob@once.test");
  await guesser.getByLabel("Password").fill("a wrong guess of mine");
  await guesser.getByRole("button", { name: "Sign in", exact: true }).click();
  await expect(guesser.getByRole("alert").first()).toBeVisible();
  const foreign = { origin: "https://elsewhere.example" };
  expect((await request.post("/sign-in", { headers: foreign, form: { a: "b" } })).status()).toBe(403);
  const wrong = { authorization: "Bearer once_a_secret_that_is_wrong" };
  expect((await request.get("/api/accounts", { headers: wrong })).status()).toBe(401);
  await signIn(page, "Omar");
  const kept = await page.request.post(`${ADDRESS}/where/revoke`, {
    headers: { "sec-fetch-site": "cross-site" },
    form: { user: await userIdOf("omar"), key: crypto.randomUUID() },
    maxRedirects: 0,
  });
  expect(kept.headers().location).toBe("/problems/forbidden");

  await expect
    .poll(async () => {
      await page.goto("/ops/audit?view=security");
      return page.getByRole("table").textContent();
    })
    .toMatch(/POST \/where\/revoke/);
  const table = page.getByRole("table");
  // Other tests on this server are refused things, too: what is told since this one began is its own.
  const told = await books()<{ kind: string }[]>`
    select distinct kind from security_events where last_at >= ${begun?.at ?? ""} and kind = any(${["sign-in-failed", "api-key-refused", "origin-refused"]})`;
  expect(told).toHaveLength(3);
  for (const [what, whom] of [
    ["Sign-in failed", "@bob"],
    ["Unknown API key", "GET /api/accounts"],
    ["Sent by another site", "page /sign-in"],
    ["Sent by another site", "@omar"],
  ] as const)
    await expect(
      table.getByRole("row").filter({ hasText: what }).filter({ hasText: whom }).first(),
    ).toBeVisible();
  expect(await violationsOn(page)).toEqual([]);
  const everything = JSON.stringify(await books()`select * from security_events`);
  expect(everything).not.toMatch(/wrong guess|once_a_secret/);
});
