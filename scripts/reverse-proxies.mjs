/** Finds nginx and HAProxy for the browser tests, or gets them. */
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { run } from "./run.mjs";

/** Lists and some megabytes of packages. */
const DEBIAN_LIMIT_MS = 5 * 60_000;

/** @typedef {"nginx" | "haproxy" | "openssl"} Program */

/** What the rows with real proxies need, and Debian's package of it. @type {Record<Program, string>} */
const PACKAGES = { nginx: "nginx-light", haproxy: "haproxy", openssl: "openssl" };

/**
 * The path of a program that is here already. Debian puts servers where only root looks.
 *
 * @param {Program} name
 * @returns {string | undefined}
 */
export function findProgram(name) {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders
    .filter(Boolean)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

/** Installs what is missing, on Debian as root; elsewhere, and where that fails, says what is skipped for it. */
export async function ensureReverseProxies() {
  const names = /** @type {Program[]} */ (Object.keys(PACKAGES));
  const missing = () => names.filter((name) => findProgram(name) === undefined);
  const isDebianRoot =
    process.platform === "linux" &&
    process.getuid?.() === 0 &&
    existsSync("/etc/debian_version") &&
    existsSync("/usr/bin/apt-get");
  if (missing().length > 0 && isDebianRoot) {
    const packages = missing().map((name) => PACKAGES[name]);
    console.log(`Getting proxies for the tests (apt-get install ${packages.join(" ")}) …`);
    // Debian starts a server once it is installed; the tests start their own.
    const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
    const options = { env, limitMs: DEBIAN_LIMIT_MS };
    await run(["apt-get", "update"], options);
    await run(["apt-get", "install", "-y", "--no-install-recommends", ...packages], options);
  }
  if (missing().length > 0)
    console.log(
      `Skipped for want of ${missing().join(", ")}: tests through real proxies. Install them to run these.`,
    );
}
