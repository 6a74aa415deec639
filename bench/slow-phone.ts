/**
 * `npm run bench:phone` (`-- --against <another built checkout>`, `-- --rounds <n>`): when a checkout's Pay can be pressed on a
 * slow telephone that has nothing cached, beside when it is painted and when React is at work. Another build is measured in
 * turns with this one.
 */
import { mkdirSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { type Browser, chromium } from "@playwright/test";
import { appServer, projectRoot } from "../e2e/faults/app-server.ts";
import { newOrder } from "../e2e/support/books.ts";
import { launchOptions } from "../e2e/support/launch.ts";
import { type Figure, figure } from "./figure.ts";
import { printTable } from "./report.ts";
import { median } from "./rounds.ts";

/** As Lighthouse takes a middling telephone on a slow mobile network. */
const CPU_SLOWDOWN = 4;
const NETWORK = { offline: false, latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750 };
const VIEWPORT = { width: 390, height: 844 };
/** How exactly a moment is seen; looking costs the page next to nothing. */
const LOOK_MS = 10;

/** Milliseconds since the navigation. */
type Moments = { painted: number; payable: number; atWork: number; scriptBytes: number };

const { values } = parseArgs({
  options: { against: { type: "string" }, rounds: { type: "string", default: "7" } },
});

/** Runs in the page: notes when Pay can be pressed, and when React has it in hand. */
function watch(lookMs: number): void {
  const seen: { payable?: number; atWork?: number } = {};
  Object.assign(globalThis, { seen });
  const timer = setInterval(() => {
    const pay = [...document.querySelectorAll("button")].find(({ textContent }) =>
      /^Pay /.test(textContent ?? ""),
    );
    if (!pay) return;
    if (!pay.disabled) seen.payable ??= performance.now();
    if (Object.keys(pay).some((name) => name.startsWith("__react"))) seen.atWork ??= performance.now();
    if (seen.payable && seen.atWork) clearInterval(timer);
  }, lookMs);
}

/** One visit of a fresh order by somebody who is signed in and has never been there. */
async function visit(browser: Browser, address: string, signedIn: SignedIn): Promise<Moments> {
  const context = await browser.newContext({
    storageState: signedIn,
    viewport: VIEWPORT,
    isMobile: true,
    hasTouch: true,
  });
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  await devTools.send("Network.enable");
  await devTools.send("Network.emulateNetworkConditions", NETWORK);
  await devTools.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
  await page.addInitScript(watch, LOOK_MS);
  await page.goto(`${address}/checkout/${await newOrder(address)}`, { waitUntil: "commit" });
  await page.waitForFunction(() => {
    const { seen } = globalThis as unknown as { seen: { payable?: number; atWork?: number } };
    return seen.payable !== undefined && seen.atWork !== undefined;
  });
  const moments = await page.evaluate(() => ({
    ...(globalThis as unknown as { seen: { payable: number; atWork: number } }).seen,
    painted: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? Number.NaN,
    scriptBytes: performance
      .getEntriesByType("resource")
      .filter(({ name }) => name.endsWith(".js"))
      .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).encodedBodySize, 0),
  }));
  await context.close();
  return moments;
}

type SignedIn = Awaited<ReturnType<typeof signIn>>;

async function signIn(browser: Browser, address: string) {
  const context = await browser.newContext({ baseURL: address });
  const page = await context.newPage();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue as Alice" }).click();
  await page.waitForURL("/");
  const state = await context.storageState();
  await context.close();
  return state;
}

/** The build in `root`, served with data of its own, and what its visits have shown so far. */
async function contestant(browser: Browser, name: string, root: string) {
  const data = path.join(projectRoot, ".data", `bench-phone-${name}`);
  mkdirSync(data, { recursive: true });
  const server = await appServer(
    root,
    { DATABASE_URL: "", ONCE_DATA_DIR: data },
    path.join(data, "server.log"),
  );
  await server.start();
  const address = `http://127.0.0.1:${server.port}`;
  const signedIn = await signIn(browser, address);
  const visits: Moments[] = [];
  return {
    async visit() {
      visits.push(await visit(browser, address, signedIn));
    },
    forgetVisits: () => visits.splice(0),
    median: (moment: keyof Moments) => median(visits.map((one) => one[moment])),
    async end() {
      server.signal("SIGTERM");
      await server.ended();
    },
  };
}

const browser = await chromium.launch(launchOptions());
const own = await contestant(browser, "own", projectRoot);
const { against } = values;
const other = against === undefined ? undefined : await contestant(browser, "other", path.resolve(against));
// The first visit warms the server up, and does not count.
for (let round = 0; round <= Number(values.rounds); round += 1) {
  await own.visit();
  await other?.visit();
  if (round > 0) continue;
  own.forgetVisits();
  other?.forgetVisits();
}
const figures: Figure[] = [
  figure(
    "Pay can be pressed on a slow telephone",
    "ms",
    own.median("payable"),
    "painted",
    own.median("painted"),
  ),
  figure(
    "Pay can be pressed on a slow telephone",
    "ms",
    own.median("payable"),
    "React at work",
    own.median("atWork"),
  ),
];
if (other) {
  const [is, was] = [own.median("payable"), other.median("payable")];
  figures.push(
    figure("Pay can be pressed on a slow telephone", "ms", is, `in ${against}`, was, "≤ 0.5"),
    figure("React at work", "ms", own.median("atWork"), `in ${against}`, other.median("atWork")),
    figure(
      "scripts of a checkout",
      "bytes",
      own.median("scriptBytes"),
      `in ${against}`,
      other.median("scriptBytes"),
    ),
  );
}
printTable(figures);
await Promise.all([own.end(), other?.end()]);
await browser.close();
process.exit(figures.some(({ holds }) => holds === false) ? 1 : 0);
