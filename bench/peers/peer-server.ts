/** The peers' Next.js app, built as it is measured and served by `next start`. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { cp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "../../db/testing/proxies/listen.ts";

const SOURCE = fileURLToPath(new URL("./next-app", import.meta.url));
const NEXT = createRequire(import.meta.url).resolve("next/dist/bin/next");
/** For hanging. */
const START_LIMIT_MS = 60_000;
const POLL_INTERVAL_MS = 50;
/** Connections rest while others are measured: longer than Node's 5 s, after which one closes as it is used again. */
const KEEP_ALIVE_MS = 60_000;

function next(args: readonly string[], env: Readonly<Record<string, string>>, logFile: string): ChildProcess {
  const log = openSync(logFile, "a");
  const child = spawn(process.execPath, [NEXT, ...args], {
    env: { ...process.env, ...env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  const end = () => child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

/**
 * Builds the app in a folder `work` of its own, where Next.js leaves what it makes and our build and checks do not look, and serves
 * it on the database at `databaseUrl`.
 */
export async function startPeers(
  work: string,
  databaseUrl: string,
): Promise<{ port: number; stop(): Promise<void> }> {
  await rm(work, { recursive: true, force: true });
  await cp(SOURCE, work, { recursive: true });
  const logFile = path.join(work, "server.log");
  const [code] = await once(next(["build", work], {}, logFile), "exit");
  if (code !== 0) throw new Error(`The peers' app was not built; see ${logFile}.`);
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  const server = next(
    ["start", work, "-H", "127.0.0.1", "-p", String(port), "--keepAliveTimeout", String(KEEP_ALIVE_MS)],
    { DATABASE_URL: databaseUrl },
    logFile,
  );
  const deadline = performance.now() + START_LIMIT_MS;
  while (performance.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`The peers' server ended; see ${logFile}.`);
    const answers = await fetch(`http://127.0.0.1:${port}/drizzle`).then(
      ({ status }) => status === 405,
      () => false,
    );
    if (answers)
      return {
        port,
        async stop() {
          server.kill("SIGTERM");
          if (server.exitCode === null && server.signalCode === null) await once(server, "exit");
        },
      };
    await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
  }
  throw new Error(`The peers' server did not answer in ${START_LIMIT_MS} ms; see ${logFile}.`);
}
