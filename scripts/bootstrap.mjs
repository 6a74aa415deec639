/** Makes a fresh clone ready. Without dependencies: it runs before there are any. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm, root, run } from "./run.mjs";

/**
 * Ends this process with one sentence.
 *
 * @param {string} sentence
 * @returns {never}
 */
export function giveUp(sentence) {
  console.error(sentence);
  process.exit(1);
}

/**
 * Whether `engines` of a package.json allow a version of Node: alternatives such as `^20.19.0` (this major version, from
 * there on) and `>=22.13.0`. Their only forms here; npm's own reader is not installed yet.
 *
 * @param {string} engines
 * @param {string} node
 */
export function allowsNode(engines, node) {
  const [major = 0, minor = 0, patch = 0] = node.split(".").map(Number.parseFloat);
  return engines.split("||").some((alternative) => {
    const [, sign, ...least] = /^(\^|>=)(\d+)\.(\d+)\.(\d+)$/.exec(alternative.trim()) ?? [];
    if (sign === undefined) throw new Error(`Bug: engines say "${alternative}", which nobody here can read.`);
    const [leastMajor = 0, leastMinor = 0, leastPatch = 0] = least.map(Number);
    if (major !== leastMajor) return sign === ">=" && major > leastMajor;
    return minor > leastMinor || (minor === leastMinor && patch >= leastPatch);
  });
}

function requireNode() {
  const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  if (allowsNode(engines.node, process.versions.node)) return;
  giveUp(
    `Once needs Node ${engines.node.replaceAll("||", "or")}, and this is Node ${process.versions.node}: install another Node.`,
  );
}

/**
 * Installs the packages of package-lock.json where that has not been done, or was done for another one. Ends the
 * process with a sentence where it cannot.
 */
export async function ensureInstalled() {
  requireNode();
  const lock = readFileSync(join(root, "package-lock.json"));
  const hash = createHash("sha256").update(lock).digest("hex");
  const hashFile = join(root, "node_modules", ".once-lock-hash");
  if (existsSync(hashFile) && readFileSync(hashFile, "utf8") === hash) return;

  if (!isInstalled(JSON.parse(lock.toString("utf8")))) {
    console.log("Installing packages (npm ci) …");
    // Tools for building and testing are needed too, whatever NODE_ENV says.
    const code = await run(npm("ci", "--include=dev", "--no-audit", "--no-fund"));
    if (code !== 0) giveUp("The packages could not be installed: see what npm ci said above.");
  }
  try {
    writeFileSync(hashFile, hash);
  } catch {
    // Installed by another account: then it is compared anew each time, which is only slower.
  }
}

/**
 * Whether somebody ran npm already for exactly this lock file. npm keeps a list of what it installed; the lock file
 * names the same, and optional packages of other platforms besides.
 *
 * @param {{ packages: Record<string, { version?: string, integrity?: string, optional?: boolean }> }} lock
 */
function isInstalled(lock) {
  const listFile = join(root, "node_modules", ".package-lock.json");
  if (!existsSync(listFile)) return false;
  /** @type {typeof lock} */
  const installed = JSON.parse(readFileSync(listFile, "utf8"));
  const isEveryThingThere = Object.entries(lock.packages).every(([path, wanted]) => {
    const found = installed.packages[path];
    if (found === undefined) return path === "" || wanted.optional === true;
    return (
      found.version === wanted.version && found.integrity === wanted.integrity && existsSync(join(root, path))
    );
  });
  return isEveryThingThere && Object.keys(installed.packages).every((path) => path in lock.packages);
}
