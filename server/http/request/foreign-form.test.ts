/** A form that another site posts to a page is refused before Next.js throws at it; ours, and what refuses by itself, go on. */
import { expect, it } from "vitest";
import { refuseForeignForm } from "./foreign-form.ts";

const HOST = "pay.example";

function answerTo(
  headers: Record<string, string>,
  { method = "POST", path = "/sign-in", publicUrl = "" } = {},
) {
  const request = { method, path, headers: new Headers({ host: HOST, ...headers }) };
  return refuseForeignForm(request, publicUrl || undefined);
}

it.each<[string, Record<string, string>, Parameters<typeof answerTo>[1]?]>([
  ["another site", { origin: "https://evil.example" }],
  ["another port", { origin: "https://pay.example:8443" }],
  ["what is no origin", { origin: "evil" }],
  ["another site, to a page that is not there", { origin: "https://evil.example" }, { path: "/nothing" }],
  [
    "another site, whatever a program says of it",
    { origin: "https://evil.example", "sec-fetch-site": "same-origin" },
  ],
  ["the host behind a proxy", { origin: "https://pay.example", "x-forwarded-host": "shop.example" }],
])("from %s: 403, which says that nothing was executed", async (_what, headers, rest = {}) => {
  const answer = answerTo(headers, rest);
  expect(answer?.status).toBe(403);
  expect(answer?.headers.get("content-type")).toBe("application/problem+json");
  expect(await answer?.json()).toMatchObject({
    type: "/problems/forbidden",
    detail: "The request does not come from our own pages. Nothing was executed.",
  });
});

it.each<[string, Record<string, string>, Parameters<typeof answerTo>[1]?]>([
  ["our own page", { origin: "https://pay.example" }],
  [
    "our own page, whose host a proxy passes on",
    { origin: "https://shop.example", "x-forwarded-host": "shop.example, x" },
  ],
  [
    "our public address, which a proxy hides",
    { origin: "https://shop.example" },
    { publicUrl: "https://shop.example" },
  ],
  ["a hardened referrer policy", { origin: "null" }],
  ["a browser that says nothing", {}],
  ["another site, to a form's route", { origin: "https://evil.example" }, { path: "/checkout/1/pay" }],
  ["another site, to read", { origin: "https://evil.example" }, { method: "GET" }],
])("from %s, it goes on", (_what, headers, rest = {}) => {
  expect(answerTo(headers, rest)).toBeUndefined();
});
