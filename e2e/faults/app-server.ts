/** The production build, as a process of its own that can be stopped, killed and started again. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Starting takes seconds, more on a busy machine; this is for hanging. */
const START_LIMIT_MS = 60_000;
const LOOK_AGAIN_MS = 50;
/** A server that was told to end gets requests for this long. It serves on for twice as long. */
const NOTICED_WITHIN_MS = 1_000;

export type AppServer = {
  readonly port: number;
  /** Whether it answers, as far as was seen last. */
  readonly isUp: boolean;
  /** How often it has ended without being told to. */
  readonly deaths: number;
  /** Starts the process, where it does not run, and resolves when it is ready. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when the process has ended, with its exit code or the signal that ended it. */
  ended(): Promise<number | NodeJS.Signals>;
};

/** What runs ends with this process, however that ends. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const address = probe.address();
  if (address === null || typeof address === "string") throw new Error("Bug: a port has no number.");
  await new Promise((resolve) => probe.close(resolve));
  return address.port;
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
  let isToldToEnd = false;
  let deaths = 0;
  return {
    port,
    get deaths() {
      return deaths;
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
      isToldToEnd = false;
      running.add(started);
      started.once("exit", () => {
        running.delete(started);
        isUp = false;
        if (!isToldToEnd) deaths += 1;
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
        await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      }
      throw new Error(`The server did not become ready in ${START_LIMIT_MS} ms; see ${logFile}.`);
    },
    signal(name) {
      if (name === "SIGKILL") isUp = false;
      // As whatever spreads requests over servers: it looks now and then whether one is ready.
      const told = child;
      if (name === "SIGTERM") setTimeout(() => (isUp &&= child !== told), NOTICED_WITHIN_MS);
      if (name === "SIGKILL" || name === "SIGTERM") isToldToEnd = true;
      child?.kill(name);
    },
    async ended() {
      if (!child) return 0;
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
      return child.exitCode ?? child.signalCode ?? 0;
    },
  };
}

/** The folder of this project. */
export const projectRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
