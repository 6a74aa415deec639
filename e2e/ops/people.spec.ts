/** The people's room: an operator finds somebody, acts upon them with a reason, and nobody else gets in. */
import { randomUUID } from "node:crypto";
import { violationsOn } from "../support/axe.ts";
import { books, userIdOf } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";
import { newcomer, signUp } from "../support/mail.ts";

const REASON = "Asked for by phone";

test("an operator finds a merchant, renames them, sets a limit, freezes them and signs them out; each holds at once", async ({
  page,
  browser,
}) => {
  const theirs = await (await browser.newContext()).newPage();
  const { handle, email } = await signUp(theirs, newcomer("Rosalind Harbour"));
  const id = await userIdOf(handle);
  const name = `Harbour Bakery ${handle}`;

  await signIn(page, "Omar");
  await page.goto("/ops/people");
  await page.getByLabel("Name, handle, e-mail or id").fill("harb ros");
  await page.getByRole("button", { name: "Show", exact: true }).click();
  await page.getByRole("link", { name: handle }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Rosalind Harbour");
  await expect(page.getByText(`${email} (confirmed)`)).toBeVisible();

  const act = async (what: string, fill: (form: ReturnType<typeof page.locator>) => Promise<void>) => {
    const opened = page.locator("details", { has: page.getByText(what, { exact: true }) }).last();
    await opened.locator("summary").click();
    await fill(opened);
    await opened.getByRole("button").click();
  };
  const why = (form: ReturnType<typeof page.locator>) => form.getByLabel("Reason").fill(REASON);

  await act("Change the role", async (form) => {
    await form.getByLabel("New role").selectOption("merchant");
    await form.getByLabel("Name in this role").fill("Вluebird Соffee");
    await why(form);
  });
  const role = page.locator("details[open]");
  await expect(role.getByRole("alert")).toContainText("or one that reads like it");
  expect(await violationsOn(page)).toEqual([]);
  await role.getByLabel("Name in this role").fill(name);
  await role.getByRole("button").click();
  await expect(page.getByRole("status").filter({ hasText: "The role is changed." })).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);

  await act("Rename", async (form) => {
    await form.getByLabel("New name").fill(`${name} II`);
    await why(form);
  });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(`${name} II`);

  const usd = page.locator("li", { has: page.getByRole("link", { name: "Account in USD" }) });
  await usd.getByText("Change the daily limit").click();
  await usd.getByRole("textbox", { name: "Daily limit" }).fill("250");
  await why(usd.locator("details[open]"));
  await usd.getByRole("button", { name: "Set the limit" }).click();
  await expect(usd).toContainText("of $250.00 a day");

  await act("Freeze this person", why);
  await expect(page.getByText("Frozen: nothing is paid from there or to there.")).toBeVisible();
  await expect(usd).toContainText("Frozen with the person");

  await theirs.goto("/settings");
  await expect(theirs).toHaveURL(/\/settings$/);
  await act("Sign out here", why);
  await expect(page.getByText("Signed out.", { exact: true })).toBeVisible();
  await theirs.goto("/settings");
  await expect(theirs).toHaveURL(/\/sign-in/);

  const log = page.getByRole("table", { name: "Audit log" });
  for (const [action, change] of [
    ["Renamed", `${name} → became ${name} II`],
    ["Limit changed", "$10,000.00 → became $250.00"],
    ["Frozen", "no → became yes"],
    ["Signed out", "Browsers signed out: 1"],
  ] as const)
    await expect(log.getByRole("row").filter({ hasText: action }).filter({ hasText: REASON })).toContainText(
      change,
    );
  const [row] = await books()`select name, role, frozen_at is not null as frozen from users where id = ${id}`;
  expect(row).toEqual({ name: `${name} II`, role: "merchant", frozen: true });
});

test("a request to be a merchant waits in sight, and is decided without scripts, with a reason", async ({
  browser,
  page: applicant,
}) => {
  const { handle } = await signUp(applicant);
  const id = await userIdOf(handle);
  const business = `Oven ${handle}`;
  await books()`
    insert into merchant_requests (id, user_id, business_name, sells, state, created_at)
    values (${randomUUID()}, ${id}, ${business}, 'Bread, fresh in the morning', 'pending', now() - interval '1 day')`;
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, "Omar");
  await page.goto("/ops/people?state=waiting");
  await page.getByRole("link", { name: handle }).click();
  const waiting = page.locator("#requests");
  await expect(waiting).toContainText(business);
  await waiting.locator("summary", { hasText: "Approve" }).click();
  await waiting.getByRole("button", { name: "Approve the request" }).click();
  const opened = waiting.locator("details[open]");
  await expect(opened.getByRole("alert")).toContainText("Give a reason");
  await opened.getByLabel("Reason").fill(REASON);
  await opened.getByRole("button", { name: "Approve the request" }).click();
  await expect(page.getByText("Approved: the person is a merchant.")).toBeVisible();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText(business);
  await expect(waiting.locator("summary")).toHaveCount(0);
});

test("a currency is opened, and its limit of new accounts set, with what is typed read as it is meant", async ({
  page,
}) => {
  await signIn(page, "Omar");
  await page.goto("/ops/currencies");
  await page.getByText("Open a currency", { exact: true }).click();
  const form = page.locator("details[open]");
  await form.getByLabel("Currency", { exact: true }).selectOption("CHF");
  await form.getByLabel("Currency, and daily limit of new accounts").fill("1000");
  await form.getByLabel("Reason").fill(REASON);
  await form.getByRole("button", { name: "Open the currency" }).click();
  await expect(page.getByText("CHF is open, with the limit that you set for new accounts.")).toBeVisible();
  expect(await violationsOn(page)).toEqual([]);
  const [row] = await books()`select day_limit_minor::text as limit from currencies where code = 'CHF'`;
  expect(row).toEqual({ limit: "100000" });
});

test("payers and merchants get nothing of it, and each try is told", async ({ browser }) => {
  for (const who of ["Alice", "Mia"] as const) {
    const page = await (await browser.newContext()).newPage();
    await signIn(page, who);
    const id = await userIdOf(who.toLowerCase());
    for (const path of ["/ops/people", `/ops/people/${id}`, "/ops/currencies", "/ops/audit"]) {
      await page.goto(path);
      await expect(page).toHaveURL("/");
    }
    const file = await page.request.get("/ops/audit/export.csv", { maxRedirects: 0 });
    expect([file.status(), file.headers().location]).toEqual([303, "/problems/forbidden"]);
    await expect
      .poll(async () => {
        const rows = await books()<{ sum: string }[]>`
          select coalesce(sum(count), 0)::text as sum from security_events where kind = 'role-refused' and user_id = ${id}`;
        return Number(rows[0]?.sum);
      })
      .toBeGreaterThanOrEqual(5);
  }
});
