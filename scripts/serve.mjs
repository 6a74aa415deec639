/** What `npm run dev` and `npm start` share: Next.js in this very process, so that signals and exit code are its own. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { giveUp } from "./bootstrap.mjs";
import { endWithNpm, root } from "./run.mjs";

const DEFAULT_PORT = "3000";
/** The demo's passwords are published, so only this machine may reach it. */
const DEMO_HOST = "127.0.0.1";

/**
 * Where to serve, as the command line says: `--port` before PORT before 3000, and `--hostname`. Ends the process with a
 * sentence where it says anything else.
 *
 * @param {"dev" | "start"} command
 * @returns {{ port: string, hostname?: string | undefined }}
 */
export function addressFor(command) {
  const { port: portFlag, hostname } = flagsOf(command);
  const port = portFlag ?? (process.env.PORT || DEFAULT_PORT);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    giveUp(`${portFlag === undefined ? "PORT" : "--port"} is "${port}", which is no port number.`);
  return { port, hostname };
}

/** @param {"dev" | "start"} command */
function flagsOf(command) {
  try {
    return parseArgs({
      options: { port: { type: "string", short: "p" }, hostname: { type: "string", short: "H" } },
    }).values;
  } catch (error) {
    // Node.js has more to say, about what nobody means here.
    const [sentence = ""] = String(error instanceof Error ? error.message : error).split(". ");
    return giveUp(
      `${sentence.replace(/\.$/, "")}.\nUsage: npm run ${command} -- [--port 3000] [--hostname 127.0.0.1]`,
    );
  }
}

/**
 * Becomes `next dev` or `next start`, in demo mode on 127.0.0.1 only. Ends the process with a sentence where the port is
 * taken.
 *
 * @param {"dev" | "start"} command
 * @param {{ port: string, hostname?: string | undefined }} address
 */
export async function serve(command, { port, hostname }) {
  endWithNpm();
  const isOfDemo = isDemo(command);
  if (isOfDemo && hostname !== undefined)
    giveUp(
      `--hostname is for outside the demo: its passwords are published, so it is served on ${DEMO_HOST} only.`,
    );
  const host = isOfDemo ? DEMO_HOST : hostname;
  await requireFree(command, Number(port), host);

  process.chdir(root);
  process.env.NEXT_TELEMETRY_DISABLED ??= "1";
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  process.argv = [process.execPath, next, command, "--port", port, ...(host ? ["--hostname", host] : [])];
  await import(pathToFileURL(next).href);
}

/** Demo mode is on exactly when there is no DATABASE_URL, or ONCE_DEMO=1. */
function isDemo(/** @type {"dev" | "start"} */ command) {
  const { DATABASE_URL, ONCE_DEMO } = environmentOf(command);
  return !DATABASE_URL || ONCE_DEMO === "1";
}

/**
 * Both variables as Next.js will see them: .env files count. Read by Next's own reader in a process of its own, because
 * it keeps what it has read, and a second reading in its process would then be none.
 *
 * @param {"dev" | "start"} command
 * @returns {{ DATABASE_URL?: string, ONCE_DEMO?: string }}
 */
function environmentOf(command) {
  const code = `
    const fromNext = require("node:module").createRequire(require.resolve("next/package.json"));
    fromNext("@next/env").loadEnvConfig(process.cwd(), ${command === "dev"}, { info() {}, error() {} });
    const { DATABASE_URL, ONCE_DEMO } = process.env;
    console.log(JSON.stringify({ DATABASE_URL, ONCE_DEMO }));`;
  const reader = spawnSync(process.execPath, ["--eval", code], { cwd: root, encoding: "utf8" });
  if (reader.status !== 0) giveUp(`The .env files could not be read: ${reader.stderr.trim()}`);
  return JSON.parse(reader.stdout);
}

/** Next.js would go on to another port by itself, or fail with a stack trace. */
async function requireFree(
  /** @type {"dev" | "start"} */ command,
  /** @type {number} */ port,
  /** @type {string | undefined} */ host,
) {
  const probe = createServer();
  await new Promise((resolve) => {
    probe.once("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      const reason = error.code === "EADDRINUSE" ? "is taken" : `cannot be listened on (${error.code})`;
      giveUp(
        `Port ${port} ${reason}: end what listens there, or choose another: npm ${command === "dev" ? "run dev" : "start"} -- --port ${port + 1}`,
      );
    });
    probe.listen(port, host, () => probe.close(resolve));
  });
}
