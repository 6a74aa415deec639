/** Holds version floors, as `npm audit` would where there is one, and keeps package-lock.json free of addresses. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../run.mjs";
import { type Finding, isMain, report } from "./source.ts";

type LockedPackage = { version?: string; resolved?: string; engines?: { node?: string } };
type Lock = { packages: Record<string, LockedPackage> };

/** No older than these; the sentence says what was wrong below. */
const FLOORS = [
  { name: "next", floor: "16.3.3", because: "older ones run foreign code through the image optimizer" },
  { name: "better-auth", floor: "1.6.22", because: "older ones have published advisories" },
];

/** The oldest Node that every package we use runs on. */
const NODE_FLOOR = "20.19.0";

const LOCK = "package-lock.json";

/** What in the lock file must not be. */
export function findTooOld(text: string): Finding[] {
  const { packages }: Lock = JSON.parse(text);
  const findings: Finding[] = [];
  const lines = text.split("\n");
  const refuse = (path: string, says: string) =>
    findings.push({ file: LOCK, line: lines.findIndex((one) => one.includes(`"${path}": {`)) + 1, says });

  for (const { name, floor, because } of FLOORS) {
    const copies = Object.entries(packages).filter(([path]) => path.endsWith(`node_modules/${name}`));
    if (copies.length === 0)
      refuse("", `${name} is not there: take its floor out of scripts/rules/versions.ts.`);
    for (const [path, { version = "0" }] of copies) {
      if (isOlder(version, floor)) refuse(path, `${name} ${version} is older than ${floor}: ${because}.`);
    }
  }
  const oldestNode = packages[""]?.engines?.node?.match(/\d+\.\d+\.\d+/)?.[0] ?? "0";
  if (isOlder(oldestNode, NODE_FLOOR))
    refuse("", `engines allows Node ${oldestNode}, and some package needs ${NODE_FLOOR}.`);
  for (const [path, { resolved }] of Object.entries(packages)) {
    if (resolved !== undefined)
      refuse(path, "Names the server it came from: install with --omit-lockfile-registry-resolved.");
  }
  return findings;
}

/** Whether `version` comes before `floor`, part by part; what comes before a release is older than it. */
function isOlder(version: string, floor: string) {
  const [release = "", preview] = version.split("-");
  const wanted = floor.split(".").map(Number);
  const parts = release.split(".").map(Number);
  const at = wanted.findIndex((part, index) => part !== parts[index]);
  return at === -1 ? preview !== undefined : (parts[at] ?? 0) < (wanted[at] ?? 0);
}

if (isMain(import.meta.url)) {
  report(findTooOld(readFileSync(join(root, LOCK), "utf8")), "No package is older than its floor.");
}
