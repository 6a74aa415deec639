/**
 * The server of the browser tests: the production build in demo mode, on a database that is empty at first and nobody
 * else's. PORT and ONCE_DATA_DIR are given by the configuration that starts it.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { giveUp } from "../../scripts/bootstrap.mjs";
import { root } from "../../scripts/run.mjs";

const { ONCE_DATA_DIR = "" } = process.env;
// What lies there is removed: never somebody's own.
if (!/^\.data\/(e2e|engines)\b/.test(ONCE_DATA_DIR))
  giveUp("ONCE_DATA_DIR must name a folder of the tests' own.");
const dataRoot = join(root, ONCE_DATA_DIR);

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
