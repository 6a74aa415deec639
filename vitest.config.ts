import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { configDefaults, defineConfig } from "vitest/config";

/** Tests run against a real PostgreSQL beside others on the same cores: a limit is for hanging, not for slowness. */
const TEST_LIMIT_MS = 60_000;

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  test: {
    include: ["**/*.test.{ts,tsx}"],
    exclude: [...configDefaults.exclude, "e2e/**", ".next/**", ".data/**"],
    environment: "node",
    globalSetup: ["db/testing/global-setup.ts"],
    // Processes, not threads: a test may end its process by signal or change its working folder.
    pool: "forks",
    // They wait for their database more than they compute: also a machine with two cores gains by several at a time.
    maxWorkers: Math.max(3, availableParallelism() - 1),
    testTimeout: TEST_LIMIT_MS,
    hookTimeout: TEST_LIMIT_MS,
    // A test that passes at the second try has found something.
    retry: 0,
  },
});
