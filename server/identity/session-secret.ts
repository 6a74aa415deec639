/** The secret that signs session cookies. */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { CannotStart } from "../../db/setup/cannot-start.ts";
import { environment, isDemo } from "../lifecycle/environment.ts";

/**
 * BETTER_AUTH_SECRET; in the demo, where there is none, a random one kept in the data folder, so that a restart does
 * not sign everybody out. Throws outside the demo: a server whose cookies anybody can sign must not start.
 */
export function sessionSecret(): string {
  const { BETTER_AUTH_SECRET, ONCE_DATA_DIR } = environment();
  if (BETTER_AUTH_SECRET !== undefined) return BETTER_AUTH_SECRET;
  if (!isDemo())
    throw new CannotStart(
      "BETTER_AUTH_SECRET is not set: set it to a random string of at least 32 characters, the same on every server.",
    );
  const folder = path.resolve(ONCE_DATA_DIR);
  const file = path.join(folder, "session-secret");
  makeFolder(folder);
  try {
    // "wx": of two servers that start at once, one writes and the other reads.
    writeFileSync(file, randomBytes(32).toString("base64url"), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
  return readFileSync(file, "utf8");
}

/**
 * Makes a folder and what is missing above it, one by one: on a file system that holds no folders, Node.js does not come back
 * from making all at once.
 */
function makeFolder(folder: string): void {
  const missing: string[] = [];
  for (let at = folder; !existsSync(at); at = path.dirname(at)) missing.unshift(at);
  for (const one of missing) {
    try {
      mkdirSync(one);
    } catch (error) {
      // Another process may have been quicker.
      if (!existsSync(one)) throw error;
    }
  }
}
