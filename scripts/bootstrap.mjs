/** Makes a fresh clone ready. Without dependencies: it runs before there are any. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm, root, run } from "./run.mjs";

/** The oldest Node that every package we use runs on; `engines` in package.json says the same. */
const OLDEST_NODE = [20, 19];

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

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  giveUp(
    `Once needs Node ${OLDEST_NODE.join(".")} or newer, and this is Node ${process.versions.node}: update Node.`,
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
