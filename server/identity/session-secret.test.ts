import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { sessionSecret } from "./session-secret.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "once-secret-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

it("is made once in the demo, for its account alone, with the folders that are missing", () => {
  const dataDir = path.join(folder, "not", "there");
  vi.stubEnv("ONCE_DATA_DIR", dataDir);
  vi.stubEnv("BETTER_AUTH_SECRET", "");
  const secret = sessionSecret();
  expect(secret).toMatch(/^[\w-]{43}$/);
  expect(sessionSecret()).toBe(secret);
  const file = path.join(dataDir, "session-secret");
  expect(readFileSync(file, "utf8")).toBe(secret);
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

// Making all folders at once does not come back there, so it is tried in a process that can be ended.
it("where there can be no folder is refused, and does not hang", () => {
  const script = `
    import("./server/identity/session-secret.ts").then(({ sessionSecret }) => sessionSecret()).then(
      () => process.exit(0), (error) => { console.error(error.code); process.exit(3); });`;
  const { status, stderr, signal } = spawnSync(
    process.execPath,
    ["node_modules/tsx/dist/cli.mjs", "-e", script],
    {
      env: { ...process.env, ONCE_DATA_DIR: "/proc/nothing/here", BETTER_AUTH_SECRET: "", DATABASE_URL: "" },
      timeout: 30_000,
      killSignal: "SIGKILL",
      encoding: "utf8",
    },
  );
  expect([signal, status, stderr.trim()]).toEqual([null, 3, "ENOENT"]);
});
