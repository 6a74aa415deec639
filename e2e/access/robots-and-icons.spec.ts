/** What crawlers and browsers ask every site for, without any page telling them to. */
import { expect, test } from "../support/fixtures.ts";

/** The sizes of an image, as a browser decodes it, and how opaque its corner is (0 to 255). */
type Image = { width: number; height: number; cornerAlpha: number };

test("robots.txt closes the demo to crawlers", async ({ request }) => {
  const response = await request.get("/robots.txt");
  expect([response.status(), response.headers()["content-type"]]).toEqual([
    200,
    expect.stringContaining("text/plain"),
  ]);
  expect(await response.text()).toMatch(/^User-Agent: \*\nDisallow: \/\n+$/);
});

test("no page of the demo is for search engines, nor is an answer of the API", async ({ request }) => {
  for (const path of ["/", "/docs", "/problems/declined", "/sign-in", "/nothing-is-here"])
    expect(await (await request.get(path)).text(), path).toContain('<meta name="robots" content="noindex');
  const answer = await request.get("/api/openapi.json");
  expect(answer.headers()["x-robots-tag"]).toBe("noindex");
});

test("security.txt names whom to tell, until when, in RFC 9116's form", async ({ request }) => {
  const response = await request.get("/.well-known/security.txt");
  expect(response.status()).toBe(200);
  expect(response.headers()["content-type"]).toBe("text/plain; charset=utf-8");
  const text = await response.text();
  expect(text).toContain("Contact: mailto:security@once.example\n");
  const expires = Date.parse(/^Expires: (.+)$/m.exec(text)?.[1] ?? "");
  expect(expires).toBeGreaterThan(Date.now());
});

test("the manifest is linked from a page, in the reader's language, and its icons are what it says", async ({
  page,
}) => {
  await page.goto("/");
  const address = await page.locator('link[rel="manifest"]').getAttribute("href");
  const manifest = await (
    await page.request.get(address ?? "", { headers: { "accept-language": "de" } })
  ).json();
  expect(manifest).toMatchObject({
    name: "Once",
    description: expect.stringContaining("Zahlung"),
    lang: "de",
    start_url: "/",
  });
  const purposes = manifest.icons.map((icon: { sizes: string; purpose?: string }) => [
    icon.sizes,
    icon.purpose ?? "any",
  ]);
  expect(purposes).toEqual([
    ["192x192", "any"],
    ["512x512", "any"],
    ["512x512", "maskable"],
  ]);
  for (const { src, sizes, purpose } of manifest.icons) {
    const { width, height, cornerAlpha } = await decoded(page, src);
    expect(`${width}x${height}`, src).toBe(sizes);
    // A launcher cuts its own shape out of a maskable icon; the other has round corners.
    expect(cornerAlpha, src).toBe(purpose === "maskable" ? 255 : 0);
  }
});

test("the icons that browsers ask for without being told are there", async ({ page }) => {
  await page.goto("/");
  const { width, height } = await decoded(page, "/favicon.ico");
  expect(width).toBe(height);
  // iOS gives transparent corners a black ground, so there are none.
  for (const name of [
    "apple-touch-icon.png",
    "apple-touch-icon-precomposed.png",
    "apple-touch-icon-120x120.png",
    "apple-touch-icon-120x120-precomposed.png",
  ])
    expect(await decoded(page, `/${name}`), name).toEqual({ width: 180, height: 180, cornerAlpha: 255 });
  for (const rel of ["icon", "apple-touch-icon"]) {
    const href = await page.locator(`link[rel="${rel}"]`).getAttribute("href");
    expect((await page.request.get(href ?? "")).status(), rel).toBe(200);
  }
});

test("nothing that a page loads is missing", async ({ page }) => {
  const missing: string[] = [];
  page.on("response", (response) => {
    if (response.status() >= 400) missing.push(`${response.status()} ${response.url()}`);
  });
  for (const path of ["/", "/docs", "/sign-in"]) await page.goto(path, { waitUntil: "networkidle" });
  expect(missing).toEqual([]);
});

test("an address that nobody serves is not found, whatever it begins with, on a page with its policy", async ({
  request,
}) => {
  // The first is how a browser learns whether /.well-known/ of this site can be believed (W3C change-password-url).
  for (const path of [
    "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200",
    "/iconography",
    "/manifesto",
    "/favicons",
  ]) {
    const response = await request.get(path);
    expect(response.status(), path).toBe(404);
    expect(response.headers()["content-security-policy"], path).toContain("'nonce-");
  }
});

/** Lets the browser decode an image of this site. */
function decoded(page: import("@playwright/test").Page, source: string): Promise<Image> {
  return page.evaluate(async (src) => {
    const image = new Image();
    image.src = src;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth;
    canvas.height = image.naturalHeight;
    const context = canvas.getContext("2d");
    if (!context) throw new Error("Bug: this browser has no canvas.");
    context.drawImage(image, 0, 0);
    const cornerAlpha = context.getImageData(0, 0, 1, 1).data[3] ?? 0;
    return { width: image.naturalWidth, height: image.naturalHeight, cornerAlpha };
  }, source);
}
