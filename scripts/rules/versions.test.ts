import { expect, it } from "vitest";
import { findTooOld } from "./versions.ts";

function says(changes: object, engines = "^20.19.0 || >=22.13.0"): string[] {
  const packages = {
    "": { engines: { node: engines } },
    "node_modules/next": { version: "16.4.5" },
    "node_modules/better-auth": { version: "1.7.0" },
    ...changes,
  };
  return findTooOld(JSON.stringify({ packages }, null, 2)).map((finding) => finding.says);
}

it("a lock file above its floors is left alone", () => {
  expect(says({})).toEqual([]);
});

it.each(["16.3.2", "15.99.9", "16.3.3-canary.1"])("next %s is refused", (version) => {
  expect(says({ "node_modules/next": { version } })).toHaveLength(1);
});

it("an old copy below another package is refused", () => {
  expect(says({ "node_modules/x/node_modules/better-auth": { version: "1.6.9" } })).toHaveLength(1);
});

it("an address in the lock file, and an older Node, are refused", () => {
  expect(
    says({ "node_modules/zod": { version: "4.0.0", resolved: "https://example.com/zod.tgz" } }),
  ).toHaveLength(1);
  expect(says({}, "^20.9.0")).toHaveLength(1);
});
