/** Whatever stands in an address, it is answered: with a page, with "nothing here" or with a complaint, and never with an error. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { isAllowed, type Level, PAGES, ROUTES } from "../../server/identity/policy.ts";
import { expect, signIn, test } from "../support/fixtures.ts";

/** Every name that an address of ours has for something, and a few that it has not. */
const NAMES = [
  ...[
    "account",
    "amount",
    "amountMinor",
    "change",
    "checked",
    "currency",
    "cursor",
    "despite",
    "direction",
    "done",
  ],
  ...[
    "from",
    "key",
    "kind",
    "limit",
    "mail",
    "newer",
    "next",
    "note",
    "notice",
    "older",
    "order",
    "payee",
    "q",
  ],
  ...["quantity", "reason", "revoked", "sent", "state", "status", "to", "token", "user", "changed", "id"],
];
const UUID = "019ab3c2-40d5-7dbd-bc93-6894a57f9324";
/** As they are written in an address. */
const VALUES = [
  ...[
    "%00",
    "a%00b",
    "%ED%A0%80",
    "9".repeat(40),
    "9223372036854775808",
    "0001-01-01",
    "9999-12-31",
    "'",
    UUID,
  ],
];
/** A path does not reach us with a NUL or with a broken escape, and not so long. */
const PATH_VALUES = [
  "a",
  "%ED%A0%80",
  "9".repeat(40),
  "'",
  "..%2F..",
  UUID,
  UUID.toUpperCase(),
  "%F0%9F%98%80",
];

const SOURCES = [
  "lib/activity/filter.ts",
  "server/orders/sales-query.ts",
  "server/orders/refund-page.ts",
  ...(existsSync("server/ops") ? readdirSync("server/ops").map((file) => `server/ops/${file}`) : []),
].map((file) => readFileSync(file, "utf8"));
const shared = SOURCES.join("\n");

/** The names that a page or a route may read, as far as its source and what several of them share say. */
function namesOf(path: string): string[] {
  const file = [`app${path}/page.tsx`, `app${path}/route.ts`].find((one) => existsSync(one));
  const source = file === undefined ? "" : readFileSync(file, "utf8");
  return NAMES.filter((name) =>
    new RegExp(`\\b${name}\\b`).test(source + (/Query|FIELDS|readPlain/.test(source) ? shared : "")),
  );
}

const READ: [path: string, level: Level][] = [
  ...Object.entries(PAGES),
  ...Object.entries(ROUTES).flatMap(([name, { level }]): [string, Level][] =>
    name.startsWith("GET ") ? [[name.slice(4), level]] : [],
  ),
];

/** Each of them reads what they alone may open; what is for everybody, the payer does. */
for (const [who, role] of [
  ["Alice", "payer"],
  ["Mia", "merchant"],
  ["Omar", "operator"],
] as const) {
  test(`no address is an error to ${who}`, async ({ page }) => {
    test.setTimeout(240_000);
    await signIn(page, who);
    const own = READ.filter(
      ([, level]) => isAllowed(level, role) && (role === "payer" || !isAllowed(level, "payer")),
    );
    const addresses = own.flatMap(([path]) => {
      const at = (value: string) => path.replaceAll(/\[\w+\]/g, value);
      // Each name at once: what one of them is complained about for, hides the others only where a page leads on.
      const names = namesOf(path);
      const twice = names.length === 0 ? [] : [names.map((name) => `${name}=a&${name}=b`).join("&")];
      const queries =
        names.length === 0 ? [] : VALUES.map((value) => names.map((name) => `${name}=${value}`).join("&"));
      return [
        ...(path.includes("[") ? PATH_VALUES.map((value) => at(value)) : []),
        ...[...twice, ...queries].map((query) => `${at(UUID)}?${query}`),
      ];
    });
    expect(addresses.length).toBeGreaterThan(30);
    const wrong: string[] = [];
    const ask = async () => {
      for (let address = addresses.pop(); address !== undefined; address = addresses.pop()) {
        const answer = await page.request.get(address, { maxRedirects: 0 });
        // "Not ready" is an answer; too many requests is none of the address.
        if (answer.status() >= 500 && !address.startsWith("/api/health/"))
          wrong.push(`${answer.status()} ${address.slice(0, 200)}`);
      }
    };
    await Promise.all(Array.from({ length: 8 }, ask));
    expect(wrong).toEqual([]);
  });
}
