/**
 * Amounts and times are written on the server alone. Symbols, grouping, spaces and names of zones are the runtime's own
 * locale data, and those of Node and of a browser differ: what both wrote would be two texts for one amount.
 */
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { parse, readSource, readSources, walk } from "../scripts/rules/source.ts";

/** Modules that stay on the server: what writes by locale data (Intl itself is looked for by name), and a table too large to send. */
const OF_SERVER = new Set(["lib/money.ts", "lib/text/reserved-names.ts"]);
/** Asks for the browser's zone, and writes nothing by it. */
const READS_ZONE = new Set(["components/site/reader-zone.tsx", "lib/time-zone.ts"]);
const BY_LOCALE = /\b(Intl\.|useFormatter|useNow|toLocale\w*String|localeCompare)\b/;

const sources = readSources(["app", "components"]);
const inBrowser = sources.filter(({ text }) => text.startsWith('"use client"')).map(({ file }) => file);

/** The files of ours that `file` brings along; types are not brought, and an action is left on the server. */
function importsOf(file: string): string[] {
  const source = readSource(file);
  if (source.text.startsWith('"use server"')) return [];
  const found: string[] = [];
  walk(
    parse(source),
    (node: { type: string; importKind?: string; exportKind?: string; source?: { value: string } }) => {
      const name = node.source?.value;
      if (name === undefined || node.importKind === "type" || node.exportKind === "type") return;
      const path = name.startsWith("@/")
        ? name.slice(2)
        : name.startsWith(".")
          ? join(dirname(file), name)
          : undefined;
      const ours = path === undefined ? undefined : ["", ".ts", ".tsx"].map((end) => path + end).find(isFile);
      if (ours !== undefined) found.push(ours);
    },
  );
  return found;
}

function isFile(path: string): boolean {
  return /\.(ts|tsx)$/.test(path) && existsSync(path);
}

/** Everything that a browser loads where it loads `entry`. */
function reachedFrom(entry: string): Set<string> {
  const reached = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    open.push(...importsOf(file));
  }
  return reached;
}

test("there are components that run in the browser", () => {
  expect(inBrowser.length).toBeGreaterThan(5);
});

test.each(inBrowser)("%s writes no amount and no time by itself", (entry) => {
  const reached = [...reachedFrom(entry)];
  const writes = (file: string) => !READS_ZONE.has(file) && BY_LOCALE.test(readSource(file).text);
  expect(reached.filter((file) => OF_SERVER.has(file) || writes(file))).toEqual([]);
});
