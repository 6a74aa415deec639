/** Which engines are here is found by asking them: on some systems a program of that name is a note on how to install one. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ensureEngines, findFirefox, findWebKit, tellStories } from "./engines.mjs";

/** Elsewhere browsers stand in places of their own, whatever the PATH says. */
const onLinux = it.skipIf(process.platform !== "linux");

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "once-engines-"));
  vi.stubEnv("PATH", folder);
  vi.stubEnv("ONCE_FIREFOX", "");
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

function program(name: string, says: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\necho "${says}"\n`);
  chmodSync(join(folder, name), 0o755);
}

onLinux("a Firefox is one that says so", () => {
  program("firefox-esr", "To run Firefox, install it first.");
  expect(findFirefox()).toBeUndefined();
  program("firefox", "Mozilla Firefox 153.8.0esr");
  expect(findFirefox()).toBe(join(folder, "firefox"));
});

onLinux("WebKitGTK is here only with its driver and a display", () => {
  program("WebKitWebDriver", "");
  expect(findWebKit()).toBeUndefined();
});

onLinux("what is not here and cannot be installed is skipped aloud, and fails nothing", async () => {
  vi.spyOn(process, "getuid").mockReturnValue(1000);
  const said = vi.spyOn(console, "log").mockImplementation(() => {});
  await ensureEngines();
  expect(said.mock.calls.flat()).toEqual([
    expect.stringMatching(/^SKIPPED: firefox .*firefox-esr/),
    expect.stringMatching(/^SKIPPED: webkitgtk .*webkit2gtk-driver, xvfb/),
  ]);
});

it("stories are chosen by engine and by words", () => {
  const command = tellStories({ engines: ["firefox"], grep: "double click", reporter: "list" });
  expect(command).toEqual(expect.arrayContaining(["--project=firefox", "--grep", "double click"]));
});
