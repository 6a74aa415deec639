/**
 * The scripts and styles of a checkout: how much a payer's telephone has to load before React is at work, and that what was compressed with
 * the build is what Next.js sends, to whoever asks how.
 */
import type { Page } from "@playwright/test";
import { comparable, exchange } from "../api/two-entrances.ts";
import { expect, expectAtWork, test } from "../support/fixtures.ts";
import { withOtherServer } from "../support/other-server.ts";
import { ADDRESS } from "../support/server-under-test.ts";

/**
 * Compressed, and a little more than it is. Where a change of ours exceeds it, the change brought something along that a payer does not
 * need; a new version of React or Next.js may need more.
 */
const MAX_SCRIPT_BYTES = 140_000;

const WITHOUT = { ONCE_API_FAST_PATH: "off" };

type Loaded = { path: string; bytes: number };

/** The scripts and styles that the checkout loads by itself, without what is fetched ahead for pages that its links lead to. */
async function loadedBy(page: Page, orderId: string): Promise<Loaded[]> {
  await page.route("**/*", (route) =>
    route.request().headers()["next-router-prefetch"] === undefined ? route.fallback() : route.abort(),
  );
  await page.goto(`/checkout/${orderId}`);
  await expectAtWork(page);
  await page.waitForLoadState("networkidle");
  return page.evaluate(() =>
    performance
      .getEntriesByType("resource")
      .map((entry) => {
        const { name, encodedBodySize } = entry as PerformanceResourceTiming;
        return { path: new URL(name).pathname, bytes: encodedBodySize };
      })
      .filter(({ path }) => /^\/_next\/static\/.*\.(js|css)$/.test(path)),
  );
}

test("the scripts of a checkout are no more than a payer needs", async ({ alice, orderId }) => {
  const scripts = (await loadedBy(alice, orderId)).filter(({ path }) => path.endsWith(".js"));
  const bytes = scripts.reduce((sum, script) => sum + script.bytes, 0);
  expect(scripts.length).toBeGreaterThan(3);
  expect(bytes).toBeGreaterThan(0);
  expect(bytes, JSON.stringify(scripts)).toBeLessThan(MAX_SCRIPT_BYTES);
});

/** What differs by the coding alone, by the moment and by the connection. Of a compressed file no ranges are sent. */
const OF_CODING = new Set([
  "accept-ranges",
  "connection",
  "content-encoding",
  "content-length",
  "date",
  "keep-alive",
  "transfer-encoding",
]);

async function answerTo(url: string, init: RequestInit) {
  const response = await fetch(url, init);
  const { status, headers } = response;
  const coding = headers.get("content-encoding") ?? "identity";
  const length = Number(headers.get("content-length") ?? Number.NaN);
  const said = Object.fromEntries([...headers].filter(([name]) => !OF_CODING.has(name)));
  // Decoded by fetch.
  const body = Buffer.from(await response.arrayBuffer());
  return { status, coding, length, said, body };
}

test("scripts and styles are the same from both entrances, but smaller", async ({ alice, orderId }) => {
  const loaded = await loadedBy(alice, orderId);
  await withOtherServer(WITHOUT, async (router) => {
    for (const { path } of loaded) {
      for (const { asked, sent } of [
        { asked: "gzip, deflate, br", sent: "br" },
        { asked: "gzip", sent: "gzip" },
        { asked: "br;q=0, gzip;q=0.5", sent: "gzip" },
        { asked: "identity", sent: "identity" },
      ]) {
        for (const proto of ["http", "https"]) {
          const headers = { "accept-encoding": asked, "x-forwarded-proto": proto };
          const [own, next] = await Promise.all([
            answerTo(ADDRESS + path, { headers }),
            answerTo(router + path, { headers }),
          ]);
          const what = `${path}, ${asked}, ${proto}`;
          expect([own.status, own.coding, own.said], what).toEqual([next.status, sent, next.said]);
          expect(own.body.equals(next.body), what).toBe(true);
          if (sent === "identity") continue;
          expect(own.said, what).toMatchObject({
            "cache-control": "public, max-age=31536000, immutable",
            vary: "Accept-Encoding",
            "x-content-type-options": "nosniff",
          });
          const head = await answerTo(ADDRESS + path, { method: "HEAD", headers });
          expect([head.status, head.coding, head.length, head.said], what).toEqual([
            200,
            sent,
            own.length,
            own.said,
          ]);
        }
      }
    }
  });
});

test("a part of a script, one that is known already and what is no script", async ({ alice, orderId }) => {
  const [{ path } = { path: "" }] = await loadedBy(alice, orderId);
  await withOtherServer(WITHOUT, async (router) => {
    const headers = { "accept-encoding": "br" };
    const whole = await answerTo(ADDRESS + path, { headers });
    // A range would be one of the bytes as they are sent, so that two entrances could not be pieced together.
    const part = await answerTo(ADDRESS + path, { headers: { ...headers, range: "bytes=0-9" } });
    expect([part.status, part.body.equals(whole.body)]).toEqual([200, true]);
    expect((await fetch(ADDRESS + path, { headers })).headers.get("accept-ranges")).toBe("none");

    const filled = { key: "no-key", intent: "no-intent", order: "no-order" };
    const known = `If-None-Match: ${whole.said.etag}`;
    expect(await exchange(ADDRESS, { what: path, head: [`GET ${path} HTTP/1.1`, known] }, filled)).toMatch(
      /^HTTP\/1\.1 304 /,
    );
    for (const line of [
      `GET ${path} | ${known}`,
      `GET ${path}.br`,
      `GET ${path}/`,
      `GET ${path.replace("/static/", "/precompressed/")}.br`,
      `GET ${path.replace("/chunks/", "/chunks//")}`,
      `GET ${path.replace("/chunks/", "/./chunks/")}`,
      `GET ${path.replace("/chunks/", "/chunks%2f")}`,
      "GET /_next/static/chunks/of-another-build.js",
      "GET /_next/static/chunks/",
      "GET /_next/static/../BUILD_ID",
      "GET /_next/static/..%2fBUILD_ID",
      "GET /_next/static/%2e%2e/%2e%2e/package.json",
      "GET /_next/static/%ff.js",
      `POST ${path}`,
      `OPTIONS ${path}`,
    ]) {
      const [request = "", ...more] = line.split(" | ");
      const wire = { what: line, head: [`${request} HTTP/1.1`, "Accept-Encoding: br", ...more] };
      const [own, next] = await Promise.all([
        exchange(ADDRESS, wire, filled),
        exchange(router, wire, filled),
      ]);
      expect.soft(comparable(own, filled), line).toBe(comparable(next, filled));
    }
  });
});
