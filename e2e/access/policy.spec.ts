/** Default deny, read from the build itself: whatever was built is in the policy, and refuses whoever is nobody. */
import { readFileSync } from "node:fs";
import { ACTIONS, PAGES, ROUTES } from "../../server/identity/policy.ts";
import { userIdOf } from "../support/books.ts";
import { expect, signIn, test } from "../support/fixtures.ts";
import { ADDRESS } from "../support/server-under-test.ts";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;
/** Next's own: files without a session, and the page for what is not there. */
const STATIC = /^\/(_not-found|_global-error|robots\.txt|manifest\.webmanifest|opengraph-image[\w-]*\.png)\//;
const UUID = "01920000-0000-7000-8000-000000000000";

type AppPaths = Record<string, string>;
type Actions = { node: Record<string, { exportedName?: string }> };

function manifest<T>(name: string): T {
  return JSON.parse(readFileSync(`.next/server/${name}`, "utf8")) as T;
}

const built = Object.keys(manifest<AppPaths>("app-paths-manifest.json")).filter((path) => !STATIC.test(path));
const builtPages = built
  .filter((path) => path.endsWith("/page"))
  .map((path) => path.slice(0, -"/page".length) || "/");
const builtRoutes = built
  .filter((path) => path.endsWith("/route"))
  .map((path) => path.slice(0, -"/route".length))
  // Whatever is no other address of the API is not found there: no handler of ours stands behind it.
  .filter((path) => path !== "/api/[[...path]]");

test("every page that was built is in the policy, and no other", () => {
  expect(builtPages.sort()).toEqual(Object.keys(PAGES).sort());
});

test("every route that was built is in the policy, and no other", () => {
  const known = new Set(Object.keys(ROUTES).map((name) => name.split(" ")[1] ?? ""));
  expect(builtRoutes.sort()).toEqual([...known].sort());
});

test("every server action that was built is in the policy, and no other", () => {
  const names = Object.values(manifest<Actions>("server-reference-manifest.json").node).map(
    ({ exportedName }) => exportedName ?? "without a name",
  );
  expect([...new Set(names)].sort()).toEqual(Object.keys(ACTIONS).sort());
});

test("a page that demands a session sends nobody in particular to sign in", async ({ request }) => {
  for (const [name, level] of Object.entries(PAGES)) {
    const path = name.replaceAll(/\[\w+\]/g, name.startsWith("/problems") ? "declined" : UUID);
    const response = await request.get(path, { maxRedirects: 0 });
    // Whoever has the address of a payment link may open it; of this one there is none.
    const found = name.includes("[linkId]") ? 404 : 200;
    if (level === "anyone") expect(response.status(), name).toBe(found);
    else
      expect([response.status(), response.headers().location], name).toEqual([
        307,
        expect.stringMatching(/^\/sign-in/),
      ]);
  }
});

test("nobody in particular learns from a checkout's address whose order it is", async ({
  request,
  orderId,
}) => {
  const response = await request.get(`/checkout/${orderId}`, { maxRedirects: 0 });
  expect(response.status()).toBe(307);
  expect(await response.text()).not.toContain("Pay Bluebird Coffee");
});

test("a route answers nobody in particular with 401, and a method it does not have with 405", async ({
  request,
}) => {
  for (const route of builtRoutes) {
    const path = route.replaceAll(/\[\w+\]/g, UUID);
    for (const method of METHODS) {
      const level = (ROUTES as Record<string, { level: string }>)[
        `${method === "HEAD" ? "GET" : method} ${route}`
      ]?.level;
      const response = await request.fetch(path, {
        method,
        maxRedirects: 0,
        headers: { origin: ADDRESS },
      });
      const isForm = !route.startsWith("/api/");
      const expected = level === undefined ? 405 : level === "anyone" ? 200 : isForm ? 303 : 401;
      expect(response.status(), `${method} ${route}`).toBe(expected);
      if (expected === 303) expect(response.headers().location).toMatch(/^\/sign-in/);
    }
  }
});

test("an API path answers a method it does not have with 405 and Allow, and OPTIONS with the same", async ({
  request,
}) => {
  for (const route of builtRoutes.filter((path) => path.startsWith("/api/"))) {
    const path = route.replaceAll(/\[\w+\]/g, UUID);
    const own = Object.keys(ROUTES)
      .filter((name) => name.endsWith(` ${route}`))
      .map((name) => name.split(" ")[0] ?? "");
    const allowed = [...own, ...(own.includes("GET") ? ["HEAD"] : []), "OPTIONS"].sort();
    for (const method of METHODS) {
      if (allowed.includes(method)) continue;
      const response = await request.fetch(path, { method, headers: { "x-request-id": "a-405" } });
      expect(response.status(), `${method} ${route}`).toBe(405);
      expect(response.headers()).toMatchObject({
        allow: allowed.join(", "),
        "content-type": "application/problem+json",
        "content-language": "en",
        "cache-control": "no-store",
        "x-request-id": "a-405",
      });
      if (method === "HEAD") continue;
      expect(await response.json()).toMatchObject({
        type: "/problems/method-not-allowed",
        moneyMoved: "unknown",
        retry: "same-key",
      });
    }
    const options = await request.fetch(path, { method: "OPTIONS" });
    expect([options.status(), options.headers().allow, await options.text()], route).toEqual([
      204,
      allowed.join(", "),
      "",
    ]);
  }
});

test("what is no address of the API is not found, by a problem document", async ({ request }) => {
  for (const path of ["/api", "/api/nothing", "/api/payments/x/refunds/y", "/api/__proto__"]) {
    for (const method of [...METHODS, "OPTIONS"]) {
      const response = await request.fetch(path, { method, headers: { "x-request-id": "a-404" } });
      expect(response.status(), `${method} ${path}`).toBe(404);
      expect(response.headers()).toMatchObject({
        "content-type": "application/problem+json",
        "cache-control": "no-store",
        "x-request-id": "a-404",
      });
      if (method !== "HEAD")
        expect(await response.json()).toMatchObject({
          type: "/problems/not-found",
          moneyMoved: "unknown",
          retry: "never",
        });
    }
  }
});

test("a server action does nothing for nobody in particular, nor for a request from elsewhere", async ({
  request,
}) => {
  const actions = Object.entries(manifest<Actions>("server-reference-manifest.json").node);
  for (const [id, { exportedName }] of actions) {
    const level = (ACTIONS as Record<string, string>)[exportedName ?? ""];
    for (const origin of [ADDRESS, undefined]) {
      const response = await request.post("/", {
        headers: { "next-action": id, "content-type": "text/plain;charset=UTF-8", ...(origin && { origin }) },
        data: JSON.stringify([{}]),
        maxRedirects: 0,
      });
      const answer = await response.text();
      if (level === "anyone" && origin !== undefined) continue;
      // Data that says why not, a redirect away, or an error, where what was sent is no form; never a page of the action's own.
      const refused =
        /unauthenticated|forbidden|:E\{"digest"/.test(answer) ||
        response.status() === 303 ||
        response.status() >= 400;
      expect(
        refused,
        `${exportedName} from ${origin ?? "nowhere"}: ${response.status()} ${answer.slice(0, 200)}`,
      ).toBe(true);
    }
  }
});

/** An address of a page or a route, with parameters that name nothing. */
const addressOf = (name: string) => name.replaceAll(/\[\w+\]/g, UUID);

for (const who of ["Alice", "Mia"] as const) {
  test(`the console gives ${who}, who is no operator, nothing: by no page, route or action`, async ({
    page,
    baseURL,
  }) => {
    await signIn(page, who);
    const user = await userIdOf(who.toLowerCase());
    const { request } = page;
    const pages = Object.entries(PAGES).filter(([, level]) => level === "operator");
    expect(pages.length).toBeGreaterThan(5);
    for (const [name] of pages) {
      const response = await request.get(addressOf(name), { maxRedirects: 0 });
      expect([response.status(), response.headers().location], name).toEqual([307, "/"]);
    }
    const routes = Object.entries(ROUTES).filter(([, { level }]) => level === "operator");
    expect(routes.length).toBeGreaterThan(2);
    for (const [name] of routes) {
      const [method = "", route = ""] = name.split(" ");
      const response = await request.fetch(addressOf(route), {
        method,
        maxRedirects: 0,
        headers: { origin: ADDRESS },
        ...(method === "POST" && { form: { user } }),
      });
      if (route.startsWith("/api/")) expect(response.status(), name).toBe(403);
      else
        expect([response.status(), response.headers().location], name).toEqual([303, "/problems/forbidden"]);
    }
    const actions = Object.entries(manifest<Actions>("server-reference-manifest.json").node).filter(
      ([, { exportedName = "" }]) => (ACTIONS as Record<string, string>)[exportedName] === "operator",
    );
    expect(actions.length).toBeGreaterThan(5);
    for (const [id, { exportedName }] of actions) {
      // What useActionState sends: a state, and a form that was opened as whoever is signed in.
      const response = await request.post(`${baseURL}/`, {
        headers: { "next-action": id, origin: ADDRESS },
        multipart: { "1_user": user, "0": '[{"values":{},"errors":[]},"$K1"]' },
        maxRedirects: 0,
      });
      const answer = await response.text();
      const isLedAway =
        response.status() === 303 && response.headers()["x-action-redirect"]?.startsWith("/;");
      expect(
        isLedAway || /"trouble":\{"code":"forbidden"\}/.test(answer),
        `${exportedName}: ${response.status()} ${answer.slice(0, 200)}`,
      ).toBe(true);
    }
  });
}

/** One address of every kind of page that somebody signed in can see. */
function pagesOf(orderId: string): string[] {
  return [
    "/",
    "/sign-in",
    "/sign-up",
    `/checkout/${orderId}`,
    "/payments",
    "/where",
    "/settings/api-keys",
    "/settings/merchant",
    "/problems/declined",
    "/docs",
  ];
}

test("pages carry a nonce, and every script on them has it; no script is inline without", async ({
  alice,
  orderId,
}) => {
  for (const path of pagesOf(orderId)) {
    const response = await alice.request.get(path);
    const policy = response.headers()["content-security-policy"] ?? "";
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    expect(nonce, path).toBeTruthy();
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'");
    const scripts = [...(await response.text()).matchAll(/<script\b([^>]*)>/g)].map(
      (match) => match[1] ?? "",
    );
    for (const attributes of scripts) expect(attributes, path).toContain(`nonce="${nonce}"`);
  }
});

test("no page breaks its own content security policy", async ({ alice, orderId }) => {
  const violations: string[] = [];
  alice.on("console", (message) => {
    if (/Content Security Policy/i.test(message.text())) violations.push(message.text());
  });
  for (const path of pagesOf(orderId)) {
    await alice.goto(path, { waitUntil: "networkidle" });
  }
  expect(violations).toEqual([]);
});

test("security headers are on pages and answers alike", async ({ request }) => {
  for (const path of ["/", "/api/health/live"]) {
    const headers = (await request.get(path)).headers();
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "strict-origin-when-cross-origin",
      "cross-origin-opener-policy": "same-origin",
    });
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["x-powered-by"]).toBeUndefined();
    expect(headers["strict-transport-security"]).toBeUndefined();
  }
  const overTls = await request.get("/", { headers: { "x-forwarded-proto": "https" } });
  expect(overTls.headers()["strict-transport-security"]).toContain("max-age=");
});

test("a cookie from another site, or from nowhere, moves nothing", async ({ alice, baseURL }) => {
  for (const origin of ["https://elsewhere.example", undefined]) {
    const response = await alice.request.post(`${baseURL}/api/idempotency-keys`, {
      headers: { "content-type": "application/json", ...(origin && { origin }) },
      data: JSON.stringify({ purpose: { kind: "transfer", intentId: UUID } }),
    });
    expect(response.status()).toBe(403);
  }
});
