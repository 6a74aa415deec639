import { defineConfig, devices } from "@playwright/test";
import { launchOptions } from "./e2e/support/launch.ts";

/** Not 3000: the tests run beside a development server. */
const PORT = 3210;
const ADDRESS = `http://127.0.0.1:${PORT}`;

/** The first start makes a database, migrates and seeds it: seconds, more on a slow disk. */
const START_LIMIT_MS = 120_000;
/** The server answers what is under way and then ends its database. */
const DRAIN_LIMIT_MS = 10_000;

/** Limits are for hanging, not for slowness: the machine may be busy with other things. */
const TEST_LIMIT_MS = 120_000;
const EXPECT_LIMIT_MS = 30_000;

export default defineConfig({
  testDir: "e2e",
  timeout: TEST_LIMIT_MS,
  expect: { timeout: EXPECT_LIMIT_MS },
  outputDir: "test-results",
  // One at a time: the tests share a server and a database, and the machine may have two cores.
  fullyParallel: false,
  workers: 1,
  // A test that passes at the second try has found something.
  retries: 0,
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: ADDRESS,
    trace: "retain-on-failure",
    launchOptions: launchOptions(),
  },
  projects: [{ name: "chromium", use: { ...devices["Desktop Chrome"] } }],
  webServer: {
    command: "node e2e/support/serve.mjs",
    url: `${ADDRESS}/api/health/ready`,
    env: { PORT: String(PORT) },
    reuseExistingServer: false,
    timeout: START_LIMIT_MS,
    gracefulShutdown: { signal: "SIGTERM", timeout: DRAIN_LIMIT_MS },
    stdout: "pipe",
  },
});
