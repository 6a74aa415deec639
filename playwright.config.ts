import { defineConfig, devices } from "@playwright/test";
import { launchOptions } from "./e2e/support/launch.ts";
import {
  ADDRESS,
  addressOf,
  DATA_DIR,
  dataDirOf,
  portOf,
  SERVERS,
  START_LIMIT_MS,
} from "./e2e/support/server-under-test.ts";

// The tests look into the books of their worker's server, whatever is set outside.
process.env.ONCE_DATA_DIR = DATA_DIR;

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
  // A file's tests one after another: they share the demo's people. Files beside each other, on servers of their own.
  fullyParallel: false,
  workers: SERVERS,
  // A test that passes at the second try has found something.
  retries: 0,
  forbidOnly: true,
  reporter: "list",
  use: {
    baseURL: ADDRESS,
    // Recording costs a sixth of the processor; whoever looks for a failure asks for it (`--trace retain-on-failure`).
    trace: "off",
    launchOptions: launchOptions(),
  },
  projects: [{ name: "chromium", use: { ...devices["Desktop Chrome"] } }],
  webServer: Array.from({ length: SERVERS }, (_, index) => ({
    command: "node e2e/support/serve.mjs",
    url: `${addressOf(portOf(index))}/api/health/ready`,
    env: { PORT: String(portOf(index)), ONCE_DATA_DIR: dataDirOf(index) },
    reuseExistingServer: false,
    timeout: START_LIMIT_MS,
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: DRAIN_LIMIT_MS },
    stdout: "pipe" as const,
  })),
});
