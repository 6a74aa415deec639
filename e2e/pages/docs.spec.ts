/** The page for developers: what stands there works as it stands, and comes from nowhere else. */
import { spawnSync } from "node:child_process";
import type { Locator } from "@playwright/test";
import { books, userIdOf } from "../support/books.ts";
import { expect, test } from "../support/fixtures.ts";

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
  // At last the key is asked for again: the purpose is paid by then, and its key is the payment's id.
  const input = [...commands, commands[1]].join("\necho\n");
  const shell = spawnSync("sh", ["-eu"], { input, encoding: "utf8" });
  expect(shell.stderr).toBe("");
  expect(shell.status).toBe(0);
  const made = [...(await transfers())].filter((id) => !before.has(id));
  expect(made).toHaveLength(1);
  expect(shell.stdout.match(/^HTTP\/1\.1 201 /gm)).toHaveLength(2);
  expect(shell.stdout.match(/^idempotent-replayed: true/gim)).toHaveLength(1);
  expect(shell.stdout).toContain(`"state":"settled","payment":{"id":"${made[0]}"`);
  expect(shell.stdout.trimEnd().split("\n").at(-1)).toBe(made[0]);
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
  // swagger-ui's own is a part of the page's.
  await expect(page.getByRole("main")).toHaveCount(1);
  expect(elsewhere).toEqual([]);
  expect(violations).toEqual([]);
});

/** How much an element's text stands out from what is behind it (WCAG 2.2, "contrast ratio"). */
function contrastOf(text: Locator): Promise<number> {
  return text.evaluate((element) => {
    type Rgba = [number, number, number, number];
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const pixelOf = (layers: string[]): Rgba => {
      if (!canvas) throw new Error("There is no canvas to paint on.");
      for (const colour of layers) {
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
      }
      return [...canvas.getImageData(0, 0, 1, 1).data] as Rgba;
    };
    const grounds = ["white"];
    for (let node: Element | null = element; node; node = node.parentElement)
      grounds.splice(1, 0, getComputedStyle(node).backgroundColor);
    const luminanceOf = ([r, g, b]: Rgba) => {
      const linear = (value: number) =>
        value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
      return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    };
    const ground = luminanceOf(pixelOf(grounds));
    const ink = luminanceOf(pixelOf([...grounds, getComputedStyle(element).color]));
    return (Math.max(ink, ground) + 0.05) / (Math.min(ink, ground) + 0.05);
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`the labels of the reference can be read in the ${colorScheme} scheme`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await page.goto("/docs#reference");
    const pay = page.locator("#operations-Payments-pay");
    await pay.getByRole("button").first().click();
    for (const label of [
      page.locator(".btn.authorize span"),
      page.locator(".opblock-post .opblock-summary-method").first(),
      page.locator(".opblock-get .opblock-summary-method").first(),
      page.locator(".opblock-put .opblock-summary-method").first(),
      page.locator(".opblock-delete .opblock-summary-method").first(),
      pay.locator(".opblock-section .examples-select__section-label"),
    ])
      expect(await contrastOf(label), `${label}`).toBeGreaterThan(4.5);
  });
}

test("on the narrowest telephone an operation is read without scrolling sideways", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await page.goto("/docs#reference");
  const pay = page.locator("#operations-Payments-pay");
  await pay.getByRole("button").first().click();
  const description = pay.locator("tr.response[data-code='410'] .response-col_description");
  await expect(description).toBeVisible();
  expect((await description.boundingBox())?.width).toBeGreaterThan(200);
  const root = () => page.evaluate(() => document.documentElement.scrollWidth);
  expect(await root()).toBeLessThanOrEqual(320);
});

test("every page leads there", async ({ page }) => {
  await page.goto("/");
  await page.getByRole("contentinfo").getByRole("link", { name: "For developers" }).click();
  await expect(page).toHaveURL("/docs");
});

test("a reference that cannot be fetched says so in words of ours", async ({ page }) => {
  await page.route("**/api/openapi.json", (route) => route.abort());
  await page.goto("/docs");
  const said = page.getByText("The reference could not be shown.");
  await page.getByRole("heading", { name: "Reference" }).scrollIntoViewIfNeeded();
  await expect(said).toBeVisible();
  await expect(page.getByText("Fetch error")).toHaveCount(0);
});
