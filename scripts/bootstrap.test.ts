/** Who may run this is said once, in package.json, and the first script that runs holds to it. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { allowsNode } from "./bootstrap.mjs";

const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as { engines: { node: string } };

it.each(["20.19.0", "20.20.2", "22.13.0", "22.21.1", "23.0.0", "24.11.0", "26.0.0"])(
  "Node %s may",
  (node) => {
    expect(allowsNode(engines.node, node)).toBe(true);
  },
);

it.each(["18.20.8", "20.18.3", "21.7.3", "22.0.0", "22.5.1", "22.12.0"])("Node %s may not", (node) => {
  expect(allowsNode(engines.node, node)).toBe(false);
});

it("what it cannot read is a bug, and not a yes", () => {
  expect(() => allowsNode("20 - 24", "22.13.0")).toThrow("Bug:");
});
