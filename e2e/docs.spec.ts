/** The page for developers: what stands there works as it stands, and comes from nowhere else. */
import { spawnSync } from "node:child_process";
import { books, userIdOf } from "./books.ts";
import { expect, test } from "./fixtures.ts";

test("the commands of “Pay once in a minute” work as pasted, and pay once", async ({ page }) => {
  await page.goto("/docs");
  const commands = await page.locator("ol pre").allInnerTexts();
  expect(commands).toHaveLength(5);
  const alice = await userIdOf("alice");
  const transfers = async () => {
    const rows = await books()<{ id: string }[]>`
      select id from payments where user_id = ${alice} and kind = 'transfer' and status = 'succeeded'`;
    return new Set(rows.map(({ id }) => id));
  };

  const before = await transfers();
  const shell = spawnSync("sh", ["-eu"], { input: commands.join("\necho\n"), encoding: "utf8" });
  expect(shell.stderr).toBe("");
  expect(shell.status).toBe(0);
  const made = [...(await transfers())].filter((id) => !before.has(id));
  expect(made).toHaveLength(1);
  expect(shell.stdout.match(/^HTTP\/1\.1 201 /gm)).toHaveLength(2);
  expect(shell.stdout.match(/^idempotent-replayed: true/gim)).toHaveLength(1);
  expect(shell.stdout).toContain(`"state":"settled","payment":{"id":"${made[0]}"`);
});

test("the reference is shown from our own origin, and asks nothing of anybody else", async ({
  page,
  baseURL,
}) => {
  const elsewhere: string[] = [];
  const violations: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${baseURL}/`))
      elsewhere.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || /Content Security Policy/i.test(message.text()))
      violations.push(message.text());
  });
  await page.goto("/docs");
  await page.getByRole("link", { name: "Reference", exact: true }).click();
  const pay = page.locator("#operations-Payments-pay");
  await pay.getByRole("button").first().click();
  await expect(pay.locator("tr.response[data-code='410']")).toContainText("Idempotency key void");
  expect(elsewhere).toEqual([]);
  expect(violations).toEqual([]);
});

test("every page leads there", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "For developers" }).click();
  await expect(page).toHaveURL("/docs");
});
