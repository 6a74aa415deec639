/**
 * `npm run engines`: tells the stories of e2e/engines to Chromium, Firefox and WebKitGTK, on the production build. Finds the engines
 * for `npm test` too, or gets them.
 */
import { existsSync, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureInstalled, giveUp } from "./bootstrap.mjs";
import { canInstallFromDebian, ensureBrowser, installFromDebian, onPath, says } from "./browser.mjs";
import { endWithNpm, run, tool } from "./run.mjs";

const USAGE = `npm run engines [-- [engine] [words]]

  engine  chromium, firefox or webkitgtk; without one: all of them
  words   only stories whose name has these words

Builds, and tells every story to every engine that is here or can be installed.`;

/** Where distributions put the browser that WebKitGTK brings; on Debian one folder further down, named after the machine. */
const LIBRARY_FOLDERS = ["/usr/lib", "/usr/libexec", "/usr/lib64"];

/** What is needed of each engine beside Chromium. Chromium is scripts/browser.mjs's. */
const ENGINES = [
  { name: "firefox", find: findFirefox, packages: ["firefox-esr"] },
  { name: "webkitgtk", find: findWebKit, packages: ["webkit2gtk-driver", "xvfb"] },
];

/** The path of a Firefox that is here: ONCE_FIREFOX, or the system's. */
export function findFirefox() {
  const chosen = process.env.ONCE_FIREFOX;
  if (chosen && !existsSync(chosen)) giveUp(`ONCE_FIREFOX names ${chosen}, and there is no such file.`);
  const installed = [...onPath("firefox-esr"), ...onPath("firefox")];
  const all = chosen ? [chosen] : [...installed, "/Applications/Firefox.app/Contents/MacOS/firefox"];
  return all.find((path) => says(path, /Mozilla Firefox/));
}

/**
 * The programs that make WebKitGTK a browser to be driven, where all are here: its WebDriver, an X server without a screen, and
 * the browser itself.
 */
export function findWebKit() {
  const [driver, display] = [onPath("WebKitWebDriver").find(existsSync), onPath("Xvfb").find(existsSync)];
  const folders = LIBRARY_FOLDERS.flatMap((folder) => [folder, ...foldersIn(folder, /-linux-gnu/)]);
  const browser = folders
    .flatMap((folder) => foldersIn(folder, /^webkit(2gtk|gtk)-/))
    .map((folder) => join(folder, "MiniBrowser"))
    .find(existsSync);
  return driver && display && browser ? { driver, display, browser } : undefined;
}

function foldersIn(/** @type {string} */ folder, /** @type {RegExp} */ name) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((one) => name.test(one))
    .map((one) => join(folder, one));
}

/**
 * Gets the engines that are not here, where that can be done. An engine that stays away is skipped, and that is said: a
 * machine without network, or without Debian's packages, does not fail.
 *
 * @param {string[]} [wanted] their names; without them: all
 */
export async function ensureEngines(wanted = ENGINES.map(({ name }) => name)) {
  for (const { name, find, packages } of ENGINES) {
    if (!wanted.includes(name) || find() !== undefined) continue;
    if (canInstallFromDebian()) {
      console.log(`Getting ${name} for the tests (apt-get install ${packages.join(" ")}) …`);
      await installFromDebian(...packages);
      if (find() !== undefined) continue;
      console.log(
        `SKIPPED: ${name} is not here, and apt-get could not install ${packages.join(", ")}: see above.`,
      );
      continue;
    }
    console.log(
      `SKIPPED: ${name} is not here. We install it on Debian and as root only (${packages.join(", ")}); elsewhere that is yours.`,
    );
  }
}

/**
 * The command that tells stories. `grep`: only those whose name fits.
 *
 * @param {{ engines?: string[], grep?: string, reporter: string }} options
 */
export function tellStories({ engines = [], grep, reporter }) {
  const config = join("e2e", "engines", "playwright.config.ts");
  const projects = engines.map((engine) => `--project=${engine}`);
  const chosen = grep === undefined ? [] : ["--grep", grep];
  return tool(
    "@playwright/test",
    "playwright",
    "test",
    "-c",
    config,
    `--reporter=${reporter}`,
    ...projects,
    ...chosen,
  );
}

async function main() {
  const [first, ...rest] = process.argv.slice(2);
  if (first === "--help" || first === "-h") {
    console.log(USAGE);
    return;
  }
  endWithNpm();
  await ensureInstalled();
  const isEngine = first !== undefined && ["chromium", ...ENGINES.map(({ name }) => name)].includes(first);
  const words = isEngine ? rest : process.argv.slice(2);
  process.env.ONCE_CHROMIUM = await ensureBrowser();
  await ensureEngines(isEngine ? [first] : undefined);
  process.env.NEXT_TELEMETRY_DISABLED ??= "1";
  process.exitCode = await run(tool("next", "next", "build"));
  if (process.exitCode !== 0) return;
  const stories = tellStories({
    ...(isEngine && { engines: [first] }),
    ...(words.length > 0 && { grep: literally(words.join(" ")) }),
    reporter: "list",
  });
  process.exitCode = await run(stories);
}

/** Playwright takes an expression. */
function literally(/** @type {string} */ words) {
  return words.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

const isMain =
  process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isMain) await main();
