/**
 * `npm test`: installs what is missing, then checks, tests, builds and drives the build with a browser. Its last line
 * is `N passed, N failed`, and how many were skipped where any were.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensureInstalled } from "./bootstrap.mjs";
import { ensureBrowser } from "./browser.mjs";
import { checkSteps, passes } from "./check.mjs";
import { ensureEngines, tellStories } from "./engines.mjs";
import { ensureReverseProxies } from "./reverse-proxies.mjs";
import { endWithNpm, root, run, tool } from "./run.mjs";

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Count
 *
 * What is read of the two reports.
 * @typedef {{ name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }} VitestFile
 * @typedef {{ numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: VitestFile[] }} VitestReport
 * @typedef {{ title: string, file: string, line: number, ok: boolean,
 *   tests: { results: { error?: { message?: string } }[] }[] }} PlaywrightSpec
 * @typedef {{ specs?: PlaywrightSpec[], suites?: PlaywrightSuite[] }} PlaywrightSuite
 * @typedef {PlaywrightSuite & { stats: { expected: number, unexpected: number, flaky: number, skipped: number } }} PlaywrightReport
 */

const USAGE = `npm test [-- check | unit | e2e | engines | prove]

  check    types, lint and the house rules: what npm run check does
  unit     Vitest, with a real PostgreSQL
  e2e      the production build, whether the browsers that are served can run it, and Playwright with a real browser
  engines  the production build, and the core of the stories that Chromium, Firefox and WebKitGTK are told alike
  prove    the production build, and a short round on the proving ground in which each fault fires

Without a part: all of them, in this order. The last line is "N passed, N failed", or "N passed, N failed, N skipped":
an engine that is not here and cannot be installed is skipped, and a line says so.`;

/** As many lines of a message as say what was expected, of what, and what was there. */
const MESSAGE_LINES = 8;
const PARTS = ["check", "unit", "e2e", "engines", "prove"];
/** Parts that drive the production build. */
const DRIVING = ["e2e", "engines", "prove"];
const [part, ...rest] = process.argv.slice(2);
if (part === "--help" || part === "-h") {
  console.log(USAGE);
  process.exit(0);
}
if (rest.length > 0 || (part !== undefined && !PARTS.includes(part))) {
  console.error(USAGE);
  process.exit(1);
}

endWithNpm();
await ensureInstalled();
process.env.NEXT_TELEMETRY_DISABLED ??= "1";
const reports = mkdtempSync(join(tmpdir(), "once-test-"));
process.on("exit", () => rmSync(reports, { recursive: true, force: true }));

/** @type {Count} */
const total = { passed: 0, failed: 0, skipped: 0 };
/** What failed, and what it said: a log of a whole run is long, and whoever reads it begins at its end. */
const failures = /** @type {string[]} */ ([]);
const wants = (/** @type {string} */ name) => part === undefined || part === name;
const drives = DRIVING.some(wants);
if (drives) process.env.ONCE_CHROMIUM = await ensureBrowser();
if (wants("engines")) await ensureEngines();
if (wants("e2e")) await ensureReverseProxies();

if (wants("check"))
  for (const step of checkSteps()) await section(step.name, async () => one(await passes(step)));
if (wants("unit")) await section("Vitest", vitest);
if (drives) {
  const build = await section("next build", async () =>
    one((await run(tool("next", "next", "build"))) === 0),
  );
  // There is nothing to drive without a build, and that must not look like a success.
  const isBuilt = build.failed === 0;
  const floor = tool("tsx", "tsx", join(root, "scripts", "browser-floor.ts"));
  if (wants("e2e") && isBuilt)
    await section("browsers that are served", async () => one((await run(floor)) === 0));
  if (wants("e2e")) await section("Playwright", isBuilt ? playwright : async () => one(false));
  if (wants("engines")) await section("Three engines", isBuilt ? engines : async () => one(false));
  if (wants("prove")) await section("Proving ground", isBuilt ? prove : async () => one(false));
}

process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((name) => `  ${name}`).join("\n")}`);
console.log(`\n${inWords(total)}`);

function inWords(/** @type {Count} */ { passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/**
 * Runs one part under a heading, and adds what it counted to the total.
 *
 * @param {string} name
 * @param {() => Promise<Count>} work
 */
async function section(name, work) {
  console.log(`\n── ${name}`);
  const start = Date.now();
  const named = failures.length;
  const count = await work();
  if (count.failed > 0 && failures.length === named) failures.push(name);
  const seconds = ((Date.now() - start) / 1000).toFixed(1);
  console.log(`── ${name}: ${inWords(count)} (${seconds} s)`);
  total.passed += count.passed;
  total.failed += count.failed;
  total.skipped += count.skipped;
  return count;
}

/** @returns {Count} */
function one(/** @type {boolean} */ hasPassed) {
  return { passed: hasPassed ? 1 : 0, failed: hasPassed ? 0 : 1, skipped: 0 };
}

async function vitest() {
  const file = join(reports, "vitest.json");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${file}`];
  const code = await run(tool("vitest", "vitest", "run", ...reporters));
  return counted(file, code, (/** @type {VitestReport} */ report) => {
    // A file that fails before its first test, or in a hook, holds no failed test that could be counted.
    const brokenFiles = report.testResults.filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((one) => one.status === "failed"),
    );
    for (const { name, assertionResults } of report.testResults)
      for (const { status, fullName, failureMessages } of assertionResults)
        if (status === "failed")
          failures.push(failure(`${relative(root, name)} › ${fullName}`, failureMessages[0]));
    failures.push(
      ...brokenFiles.map(({ name, message }) =>
        failure(relative(root, name), message || "A hook failed: see above."),
      ),
    );
    return {
      passed: report.numPassedTests,
      failed: report.numFailedTests + brokenFiles.length,
      skipped: report.numPendingTests + report.numTodoTests,
    };
  });
}

/** As long as it takes until each fault has fired once. */
async function prove() {
  return one((await run(tool("tsx", "tsx", "scripts/prove.ts", "--minutes", "1"))) === 0);
}

function playwright() {
  return countedByPlaywright(
    "playwright",
    tool("@playwright/test", "playwright", "test", "--reporter=list,json"),
  );
}

function engines() {
  return countedByPlaywright("engines", tellStories({ grep: "@core", reporter: "list,json" }));
}

async function countedByPlaywright(/** @type {string} */ name, /** @type {string[]} */ command) {
  const file = join(reports, `${name}.json`);
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: file };
  const code = await run(command, { env });
  return counted(file, code, (/** @type {PlaywrightReport} */ report) => {
    failures.push(...failedSpecs(report));
    return {
      passed: report.stats.expected,
      // Passing at a second attempt is no pass.
      failed: report.stats.unexpected + report.stats.flaky,
      skipped: report.stats.skipped,
    };
  });
}

/** The name of what failed, with the beginning of what it said below it. */
function failure(/** @type {string} */ name, /** @type {string | undefined} */ message) {
  const said = stripVTControlCharacters(message ?? "")
    .split("\n")
    .filter((line) => line.trim() !== "" && !/^\s*at .*node_modules/.test(line))
    .slice(0, MESSAGE_LINES);
  return [name, ...said.map((line) => `    ${line.slice(0, 300)}`)].join("\n");
}

/** @returns {string[]} */
function failedSpecs(/** @type {PlaywrightSuite} */ { specs = [], suites = [] }) {
  const here = specs
    .filter(({ ok }) => !ok)
    .map(({ file, line, title, tests }) => {
      const errors = tests.flatMap(({ results }) => results.map(({ error }) => error?.message));
      return failure(
        `${file}:${line} › ${title}`,
        errors.find((message) => message !== undefined),
      );
    });
  return [...here, ...suites.flatMap(failedSpecs)];
}

/**
 * What a report says. A run that failed counts at least one failure, whatever its report says or whether there is one.
 *
 * @template Report
 * @param {string} file
 * @param {number} exitCode
 * @param {(report: Report) => Count} count
 * @returns {Count}
 */
function counted(file, exitCode, count) {
  let result;
  try {
    result = count(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    console.error(`There is no report of this run: ${error instanceof Error ? error.message : error}`);
    return one(false);
  }
  return exitCode !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result;
}
