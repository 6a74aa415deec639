import { expect, it } from "vitest";
import { findClassChecks } from "./classes.ts";

const refused = (text: string, file = "server/http/rate-limits.ts") => findClassChecks({ file, text }).length;

it.each([
  ["a class of a package", 'import { Res } from "a-package";\nif (thrown instanceof Res) throw thrown;'],
  ["a class of ours", 'import { Answer } from "./http.ts";\nexport const is = (e) => e instanceof Answer;'],
  ["one in the same file", "class Late extends Error {}\nexport const is = (e) => e instanceof Late;"],
  [
    "one that hides a name of the language",
    'import { Map } from "a-package";\nif (!(x instanceof Map)) y();',
  ],
  ["a member", 'import * as all from "a-package";\nif (x instanceof all.Res) y();'],
  ["a class's name", 'export const is = (e) => e.constructor.name === "Late";'],
  ["a private field", "class Late { #at = 1; static is(e) { return #at in e; } }"],
])("%s is refused", (_what, text) => {
  expect(refused(text)).toBe(1);
});

it("what is one for all bundles is not refused, nor a test", () => {
  expect(refused("if (error instanceof Error || x instanceof Promise || y instanceof Response) z();")).toBe(
    0,
  );
  expect(refused('import { Socket } from "node:net";\nif (handle instanceof Socket) handle.destroy();')).toBe(
    0,
  );
  expect(
    refused(
      'import { Res } from "a-package";\nexpect(x instanceof Res).toBe(true);',
      "server/http/rate-limits.test.ts",
    ),
  ).toBe(0);
});
