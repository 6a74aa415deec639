/** The production build, as a process of its own that can be stopped, killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "../../db/testing/proxies/listen.ts";

/** For hanging, not for slowness. */
const START_LIMIT_MS = 60_000;
const POLL_INTERVAL_MS = 50;
/** A load balancer's health check notices a shutdown within this; the server serves on for twice as long. */
const HEALTH_CHECK_MS = 1_000;

export type AppServer = {
  readonly port: number;
  /** As a load balancer's last health check saw it. */
  readonly isUp: boolean;
  readonly unexpectedExits: number;
  /** Starts the process unless it runs, and resolves when it is ready. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves with the exit code, or the signal that ended the process. */
  ended(): Promise<number | NodeJS.Signals>;
};

/** Killed when this process exits. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

async function freePort(): Promise<number> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Makes a server of the build in `root`, which writes to `logFile`. It is not started yet. */
export async function appServer(
  root: string,
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<AppServer> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  let isUp = false;
  let isExpectedToExit = false;
  let unexpectedExits = 0;
  return {
    port,
    get unexpectedExits() {
      return unexpectedExits;
    },
    get isUp() {
      return isUp;
    },
    async start() {
      if (child && child.exitCode === null && child.signalCode === null) return;
      // The file itself, not a pipe that this process would have to empty.
      const log = openSync(logFile, "a");
      const started = spawn(process.execPath, [path.join(root, "scripts", "start.mjs")], {
        cwd: root,
        env: { ...process.env, ...env, PORT: String(port), NODE_ENV: "production" },
        stdio: ["ignore", log, log],
      });
      closeSync(log);
      child = started;
      isExpectedToExit = false;
      running.add(started);
      started.once("exit", () => {
        running.delete(started);
        isUp = false;
        if (!isExpectedToExit) unexpectedExits += 1;
      });
      const deadline = performance.now() + START_LIMIT_MS;
      while (performance.now() < deadline) {
        if (started.exitCode !== null || started.signalCode !== null)
          throw new Error(`The server ended; see ${logFile}.`);
        const isReady = await fetch(`http://127.0.0.1:${port}/api/health/ready`).then(
          (response) => response.ok,
          () => false,
        );
        if (isReady) {
          isUp = true;
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_INTERVAL_MS));
      }
      throw new Error(`The server did not become ready in ${START_LIMIT_MS} ms; see ${logFile}.`);
    },
    signal(name) {
      if (name === "SIGKILL") isUp = false;
      const claim = child;
      if (name === "SIGTERM") setTimeout(() => (isUp &&= child !== claim), HEALTH_CHECK_MS);
      if (name === "SIGKILL" || name === "SIGTERM") isExpectedToExit = true;
      child?.kill(name);
    },
    async ended() {
      if (!child) return 0;
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return child.exitCode ?? child.signalCode ?? 0;
    },
  };
}

export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
