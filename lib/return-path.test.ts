import { expect, it } from "vitest";
import { leadsToCheckout, safeReturnPath } from "./return-path.ts";

const OURS = "https://pay.example";

it.each([
  "/",
  "/payments",
  "/checkout/0192f0c4-0000-7000-8000-000000000000/form?key=0192f0c4-0000-7000-8000-000000000001&notice=unknown",
  "/settings/api-keys?revoked=1",
  "/sign-in?next=%2Fpayments",
  "/payments?next=https://evil.example",
])("%s is where to go", (next) => {
  expect(safeReturnPath(next)).toBe(next);
});

/** Each once led, or might lead some browser, to another host. */
const LEADS_AWAY = [
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "/\\/evil.example",
  "\\\\evil.example",
  "/.//evil.example",
  "/./\\evil.example",
  "/..//evil.example",
  "/a/..//evil.example",
  "/a/../..//evil.example",
  "/%2e//evil.example",
  "/%2E%2e//evil.example",
  "/a/%2e%2e//evil.example",
  "/%2f/evil.example",
  "/%2F%2Fevil.example",
  "/%5cevil.example",
  "/payments//evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  "/\r\n/evil.example",
  "\t//evil.example",
  " //evil.example",
  "\u0000//evil.example",
  "/\u0000/evil.example",
  "/\u2028/evil.example",
  "/\uff0f/evil.example",
  "/@evil.example",
  "/evil.example",
  "/:80",
  "//pay.example@evil.example",
  "https://evil.example",
  "https:/evil.example",
  "https:evil.example",
  "javascript:alert(1)",
  "evil.example",
  "",
];

it.each(LEADS_AWAY)("%o is not: it leads to the start page", (next) => {
  expect(safeReturnPath(next)).toBe("/");
});

it.each([undefined, null, ["/payments"], 7])("%o is no address", (next) => {
  expect(safeReturnPath(next)).toBe("/");
});

it("a query holds no more than a query", () => {
  for (const search of ["?//evil.example", "?\\evil.example", "?a=\tb\nc", "?\u0000", "?é"]) {
    const path = safeReturnPath(`/payments${search}`);
    expect(path).toMatch(/^\/payments(?:\?[\x21-\x7e]*)?$/);
    expect(new URL(path, OURS).origin).toBe(OURS);
  }
});

it("whatever is returned leads to our own origin when it is read again", () => {
  const parts = [
    "/",
    "//",
    "\\",
    ".",
    "..",
    "%2e",
    "%2f",
    "%5c",
    "\t",
    "\n",
    "evil.example",
    "a",
    "?",
    "#",
    "@",
    ":",
  ];
  for (const one of parts)
    for (const two of parts)
      for (const three of parts)
        for (const four of parts) {
          const path = safeReturnPath(`/${one}${two}${three}${four}`);
          expect(path).toMatch(/^\/(?!\/)/);
          const again = new URL(path, OURS);
          expect([again.origin, `${again.pathname}${again.search}`]).toEqual([OURS, path]);
        }
});

it("tells the way to something to pay from every other", () => {
  for (const path of ["/checkout/5b0f3d0e", "/checkout/5b0f3d0e/form?key=1", "/pay/5b0f3d0e"])
    expect(leadsToCheckout(path)).toBe(true);
  for (const path of ["/", "/checkout", "/payments/5b0f3d0e", "/orders/5b0f3d0e", "/send?next=/checkout/1"])
    expect(leadsToCheckout(path)).toBe(false);
});
