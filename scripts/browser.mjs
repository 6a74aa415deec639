/** Finds a Chromium for the browser tests, or gets one. */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { giveUp } from "./bootstrap.mjs";
import { run, tool } from "./run.mjs";

/** A browser says its version in a moment; a wrapper that starts something else instead is not waited for. */
const VERSION_LIMIT_MS = 20_000;
/** 170 MB over a slow line; a closed network can also leave the download hanging. */
const DOWNLOAD_LIMIT_MS = 4 * 60_000;
/** Where Debian's package can be had, the download only gets the time that a working line takes. */
const DOWNLOAD_LIMIT_BESIDE_DEBIAN_MS = 90_000;
/** Per connection, in place of Playwright's 30 seconds, of which it makes several attempts one after another. */
const DOWNLOAD_CONNECT_LIMIT_MS = 10_000;
/** Lists and about 100 MB of packages. */
const DEBIAN_LIMIT_MS = 10 * 60_000;
/** A closed network is not waited for, either. */
const DEBIAN_CONNECT_LIMIT_S = 20;

const NAMES_ON_PATH = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** Where installers put it on systems that do not put it on the PATH. */
function installPaths() {
  const programFolders = [
    process.env.PROGRAMFILES,
    process.env["PROGRAMFILES(X86)"],
    process.env.LOCALAPPDATA,
  ];
  switch (process.platform) {
    case "darwin":
      return [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
      ];
    case "win32":
      return programFolders.flatMap((folder) =>
        folder ? [join(folder, "Google", "Chrome", "Application", "chrome.exe")] : [],
      );
    default:
      return [];
  }
}

/**
 * The path of a browser that is here already: ONCE_CHROMIUM, the system's Chromium or Chrome, or Playwright's own.
 *
 * @returns {string | undefined}
 */
export function findBrowser() {
  const chosen = process.env.ONCE_CHROMIUM;
  if (chosen) {
    if (!existsSync(chosen)) giveUp(`ONCE_CHROMIUM names ${chosen}, and there is no such file.`);
    return chosen;
  }
  return [...NAMES_ON_PATH.flatMap(onPath), ...installPaths(), playwrightsOwn()].find(works);
}

/** Where a program of this name would stand on the PATH. */
export function onPath(/** @type {string} */ name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name));
}

/** Whether this is a Debian whose packages we may install. */
export function canInstallFromDebian() {
  const isLinuxRoot = process.platform === "linux" && process.getuid?.() === 0;
  return isLinuxRoot && existsSync("/etc/debian_version") && existsSync("/usr/bin/apt-get");
}

let hasDebiansLists = false;

/** Installs packages of Debian's. Whether that worked is for the caller to see. */
export async function installFromDebian(/** @type {string[]} */ ...packages) {
  const options = { env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" }, limitMs: DEBIAN_LIMIT_MS };
  const aptGet = ["apt-get", "-o", `Acquire::http::Timeout=${DEBIAN_CONNECT_LIMIT_S}`];
  if (!hasDebiansLists) await run([...aptGet, "update"], options);
  hasDebiansLists = true;
  await run([...aptGet, "install", "-y", "--no-install-recommends", ...packages], options);
}

function playwrightsOwn() {
  /** @type {typeof import("playwright")} */
  const { chromium } = createRequire(import.meta.url)("playwright");
  return chromium.executablePath();
}

/** Whether it is a Chromium that runs: on some systems `chromium-browser` is a note that says how to install one. */
function works(/** @type {string} */ path) {
  return says(path, /Chrom(e|ium)/);
}

/** Whether a program can be run, and says this when it is asked for its version. */
export function says(/** @type {string} */ path, /** @type {RegExp} */ version) {
  try {
    accessSync(path, constants.X_OK);
  } catch {
    return false; // Not there, or not to be run.
  }
  if (process.platform === "win32") return true; // Asked for its version, a browser opens a window there.
  const answer = spawnSync(path, ["--version"], { encoding: "utf8", timeout: VERSION_LIMIT_MS });
  return answer.status === 0 && version.test(answer.stdout);
}

/**
 * The path of a browser, installed where there is none: Playwright's own, else, on Debian as root, its package. Ends the
 * process with a sentence where none can be had.
 *
 * @returns {Promise<string>}
 */
export async function ensureBrowser() {
  const found = findBrowser();
  if (found !== undefined) return found;

  const isLinuxRoot = process.platform === "linux" && process.getuid?.() === 0;
  const isDebianRoot = canInstallFromDebian();

  console.log("Getting a browser for the tests (playwright install chromium) …");
  const env = { PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT: String(DOWNLOAD_CONNECT_LIMIT_MS), ...process.env };
  const limitMs = isDebianRoot ? DOWNLOAD_LIMIT_BESIDE_DEBIAN_MS : DOWNLOAD_LIMIT_MS;
  const code = await run(tool("playwright", "playwright", "install", "chromium"), { env, limitMs });
  // Its libraries come second: where the download fails, installing them would have been for nothing.
  if (code === 0 && isLinuxRoot && findBrowser() === undefined) {
    await run(tool("playwright", "playwright", "install-deps", "chromium"), { limitMs: DEBIAN_LIMIT_MS });
  }
  const downloaded = findBrowser();
  if (downloaded !== undefined) return downloaded;

  if (isDebianRoot) {
    console.log("That did not work; installing Debian's package instead (apt-get install chromium) …");
    await installFromDebian("chromium");
  }
  const installed = findBrowser();
  if (installed !== undefined) return installed;
  giveUp(
    "There is no browser for the tests and none could be installed: install Chromium or Google Chrome, or name one in ONCE_CHROMIUM.",
  );
}
