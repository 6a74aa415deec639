import { afterEach, expect, it, vi } from "vitest";
import robots from "@/app/robots";
import { PAGES, type PageName } from "../../identity/policy";
import { robotsFor } from "./robots";

afterEach(() => {
  vi.unstubAllEnvs();
});

/** As outside the demo. */
function withDatabase() {
  vi.stubEnv("DATABASE_URL", "postgres://u@h/db");
  vi.stubEnv("ONCE_DEMO", "");
}

it("robots.txt closes checkouts, payments, settings, signing in and the API to every crawler", () => {
  withDatabase();
  const { rules } = robots() as { rules: { userAgent: string; disallow: string[] } };
  expect(rules.userAgent).toBe("*");
  expect(rules.disallow).toEqual(
    expect.arrayContaining([
      "/api/",
      "/checkout/",
      "/payments",
      "/send",
      "/settings",
      "/sign-in",
      "/sign-up",
    ]),
  );
});

it("robots.txt closes every page that needs a session", () => {
  withDatabase();
  const { rules } = robots() as { rules: { disallow: string[] } };
  const needing = Object.entries(PAGES).filter(([, level]) => level !== "anyone");
  for (const [name] of needing)
    expect(
      rules.disallow.some((prefix) => name.startsWith(prefix)),
      name,
    ).toBe(true);
});

it.each([
  { DATABASE_URL: "", ONCE_DEMO: "" },
  { DATABASE_URL: "postgres://u@h/db", ONCE_DEMO: "1" },
])("robots.txt closes the whole demo: %o", (variables) => {
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  expect(robots()).toEqual({ rules: { userAgent: "*", disallow: ["/"] } });
});

it("search engines may show pages that are the same for everybody, and nothing that needs a session", () => {
  withDatabase();
  const shown = (Object.keys(PAGES) as PageName[]).filter(
    (name) => JSON.stringify(robotsFor(name)) === '{"index":true,"follow":true}',
  );
  expect(shown).toEqual(["/", "/problems/[name]", "/docs"]);
  expect(shown.every((name) => PAGES[name] === "anyone")).toBe(true);
  expect(robotsFor()).toEqual({ index: false, follow: false });
});

it("search engines may show no page of the demo", () => {
  vi.stubEnv("DATABASE_URL", "");
  for (const name of Object.keys(PAGES) as PageName[])
    expect(robotsFor(name), name).toEqual({ index: false, follow: false });
});
