/**
 * The server of the browser tests: the production build in demo mode, on a database that is empty at first and nobody
 * else's. PORT and ONCE_DATA_DIR are given by playwright.config.ts.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { giveUp } from "../../scripts/bootstrap.mjs";
import { root } from "../../scripts/run.mjs";

const dataRoot = join(root, process.env.ONCE_DATA_DIR ?? ".data/e2e/0");

// A run that was killed can have left its server behind, so the folder is emptied by the code that knows how to end it.
const code = `import { removeEmbedded } from "./db/embedded/server.ts"; await removeEmbedded(${JSON.stringify(dataRoot)});`;
const emptying = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", code], {
  cwd: root,
  stdio: ["ignore", "inherit", "inherit"],
});
if (emptying.status !== 0) giveUp(`The data of the last run in ${dataRoot} could not be removed: see above.`);
rmSync(dataRoot, { recursive: true, force: true });

process.env.ONCE_DATA_DIR = dataRoot;
// Empty rather than absent: an .env file would fill it in, and the tests would pay from somebody's database.
process.env.DATABASE_URL = "";
process.env.ONCE_SECURITY_CONTACT = "mailto:security@once.example";
await import("../../scripts/start.mjs");
