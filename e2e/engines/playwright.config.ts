/** Playwright Test runs the stories and counts them; the browsers are driven by others. */
import { defineConfig } from "@playwright/test";
import { START_LIMIT_MS } from "../support/server-under-test.ts";
import { ENGINES } from "./engine.ts";

/** Not the other browser tests' (3210, 3211), so that both can run beside each other. */
export const PORT = 3230;

/** A folder of their own, for the same reason; e2e/support/books.ts reads it. */
const ONCE_DATA_DIR = ".data/engines";
process.env.ONCE_DATA_DIR = ONCE_DATA_DIR;

const DRAIN_LIMIT_MS = 10_000;

/** Limits are for hanging, not for slowness: an engine on a busy machine takes its time. */
const STORY_LIMIT_MS = 180_000;
const EXPECT_LIMIT_MS = 30_000;

export default defineConfig({
  testDir: "stories",
  testMatch: "*.story.ts",
  timeout: STORY_LIMIT_MS,
  expect: { timeout: EXPECT_LIMIT_MS },
  outputDir: "../../test-results/engines",
  // One at a time: they share a server, a database and two cores, and each engine is started once.
  fullyParallel: false,
  workers: 1,
  // A story that passes at the second try has found something.
  retries: 0,
  forbidOnly: true,
  projects: ENGINES.map((name) => ({ name })),
  webServer: {
    command: "node e2e/support/serve.mjs",
    cwd: "../..",
    url: `http://127.0.0.1:${PORT}/api/health/ready`,
    env: { PORT: String(PORT), ONCE_DATA_DIR },
    reuseExistingServer: false,
    timeout: START_LIMIT_MS,
    gracefulShutdown: { signal: "SIGTERM", timeout: DRAIN_LIMIT_MS },
    stdout: "pipe",
  },
});
