/**
 * The product built a second time, as a deploy builds it: other sources, another build id, a deployment id, server actions and
 * chunks of other names. It lies in a folder of its own, and its servers share the database of the server under test.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { listen } from "../../db/testing/proxies/listen.ts";
import { DATA_DIR } from "../support/books.ts";
import { expect } from "../support/fixtures.ts";

const FOLDER = path.resolve(".data", "second-build");
/** The first build has none: a page of one that has meets one that has not, and the other way round. */
const DEPLOYMENT_ID = "second";
/** For hanging, not for slowness. */
const START_LIMIT_MS = 120_000;
/** What is no source. */
const LEFT_OUT = new Set([".data", ".git", ".next", "node_modules", "test-results", "playwright-report"]);

/** What the newer build does otherwise: nobody notices, but every chunk with Pay in it has another name. */
const CHANGES: { file: string; find: string; replace: string }[] = [
  {
    file: "components/checkout/payment/use-payment.ts",
    find: "const ISSUE_RETRIES = 2;",
    replace: "const ISSUE_RETRIES = 3;",
  },
  // The sources were checked with the first build.
  {
    file: "next.config.ts",
    find: "reactStrictMode: true,",
    replace: "reactStrictMode: true,\n  typescript: { ignoreBuildErrors: true },",
  },
];

/** Copies the sources and builds them, under a minute on an idle machine. Throws what the build says where it fails. */
export async function buildSecond(): Promise<void> {
  removeSecond();
  mkdirSync(FOLDER, { recursive: true });
  for (const name of readdirSync("."))
    if (!LEFT_OUT.has(name)) cpSync(name, path.join(FOLDER, name), { recursive: true });
  symlinkSync(path.resolve("node_modules"), path.join(FOLDER, "node_modules"));
  for (const { file, find, replace } of CHANGES) {
    const changed = path.join(FOLDER, file);
    const parts = readFileSync(changed, "utf8").split(find);
    if (parts.length !== 2)
      throw new Error(`"${find}" stands ${parts.length - 1} times in ${file}, not once.`);
    writeFileSync(changed, parts.join(replace));
  }
  const env = { ...process.env, ONCE_DEPLOYMENT_ID: DEPLOYMENT_ID, NEXT_TELEMETRY_DISABLED: "1" };
  const build = spawn(process.execPath, [path.resolve("node_modules/next/dist/bin/next"), "build"], {
    cwd: FOLDER,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [build.stdout, build.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const [code] = (await once(build, "close")) as [number | null];
  if (code !== 0) throw new Error(`The second build fails: ${said}`);
}

/** Removes the copy with its build. */
export function removeSecond(): void {
  rmSync(FOLDER, { recursive: true, force: true });
}

export type AppProcess = {
  readonly port: number;
  /** Starts it, again where it has ended, and resolves once it answers. */
  start(): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** A server of a build, on the database of the server under test. It is not started yet. */
export async function appProcess(build: "first" | "second"): Promise<AppProcess> {
  const probe = createServer();
  const port = await listen(probe);
  await new Promise((resolve) => probe.close(resolve));
  const root = build === "first" ? path.resolve(".") : FOLDER;
  const env = {
    ...process.env,
    PORT: String(port),
    ONCE_DATA_DIR: path.resolve(DATA_DIR),
    DATABASE_URL: "",
    ...(build === "second" && { ONCE_DEPLOYMENT_ID: DEPLOYMENT_ID }),
  };
  let child: ReturnType<typeof spawn> | undefined;
  const endIt = () => child?.kill("SIGKILL");
  process.once("exit", endIt);
  return {
    port,
    async start() {
      child = spawn(process.execPath, [path.join(root, "scripts", "start.mjs")], {
        cwd: root,
        env,
        stdio: "ignore",
      });
      const status = () =>
        fetch(`http://127.0.0.1:${port}/api/health/ready`).then(
          (answer) => answer.status,
          () => 0,
        );
      await expect.poll(status, { timeout: START_LIMIT_MS }).toBe(200);
    },
    async kill(signal) {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
    },
  };
}
