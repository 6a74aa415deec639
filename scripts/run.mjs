/** Runs other programs for the scripts: in a process group each, so that all of one, and nothing else, can be ended. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** How long a program may take to end when asked: Playwright stops its server meanwhile, which drains. */
const END_LIMIT_MS = 20_000;

/** Exit codes of a shell for a program that a signal ended: 128 and its number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** Soon enough for whoever waits for the port or the database, and cheap to check. */
const PARENT_CHECK_MS = 250;

/**
 * Run by npm: ends this process with npm, as if it had got the SIGTERM itself. npm passes the signal on to the shell
 * that it runs a script in, and a shell such as Debian's ends without passing it on.
 */
export function endWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    process.kill(process.pid, "SIGTERM");
  }, PARENT_CHECK_MS);
  timer.unref();
}

/** What runs now, each as the function that ends it. */
const running = new Set();
let isShuttingDown = false;

/** @param {keyof typeof EXIT_CODES} signal */
function onSignal(signal) {
  isShuttingDown = true;
  process.exitCode = EXIT_CODES[signal];
  for (const end of running) end();
}

/** Signals are ours only while something runs: a script that goes on to be a server leaves them to that. */
function listen() {
  for (const signal of Object.keys(EXIT_CODES)) process.on(signal, onSignal);
}

function stopListening() {
  for (const signal of Object.keys(EXIT_CODES)) process.removeListener(signal, onSignal);
}

/**
 * Runs a program in the repository to its end. Resolves with its exit code, or 1 where it could not be run, was ended by
 * a signal or ran out of time; never rejects. Where this process is told to end meanwhile, it ends the program and then
 * itself.
 *
 * @param {string[]} command the program and its arguments
 * @param {{ env?: NodeJS.ProcessEnv, limitMs?: number }} [options]
 * @returns {Promise<number>}
 */
export function run([program = "", ...args], { env = process.env, limitMs } = {}) {
  const hasGroups = process.platform !== "win32";
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env,
      stdio: ["ignore", "inherit", "inherit"],
      detached: hasGroups,
      // npm and npx are batch files there, which only a shell can run.
      shell: !hasGroups && !program.endsWith(".exe"),
    });
    /** @type {NodeJS.Timeout[]} */
    const timers = [];
    /** @param {NodeJS.Signals} signal */
    const kill = (signal) => {
      try {
        if (hasGroups && child.pid) process.kill(-child.pid, signal);
        else child.kill(signal);
      } catch {
        // The group has ended already.
      }
    };
    let isEnded = false;
    const end = () => {
      isEnded = true;
      kill("SIGINT");
      timers.push(setTimeout(() => kill("SIGKILL"), END_LIMIT_MS));
    };
    if (limitMs !== undefined) timers.push(setTimeout(end, limitMs));
    if (running.size === 0) listen();
    running.add(end);
    const finish = (/** @type {number} */ code) => {
      for (const timer of timers) clearTimeout(timer);
      // What a program started for itself may have taken no notice.
      if (isEnded) kill("SIGKILL");
      running.delete(end);
      if (isShuttingDown) process.exit();
      if (running.size === 0) stopListening();
      resolve(code);
    };
    child.once("error", (error) => {
      console.error(`${program} could not be run: ${error.message}`);
      finish(1);
    });
    child.once("exit", (code) => finish(code ?? 1));
  });
}

/**
 * A program of an installed package, run by this very Node.
 *
 * @param {string} packageName
 * @param {string} name
 * @param {...string} args
 */
export function tool(packageName, name, ...args) {
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return [process.execPath, join(folder, typeof bin === "string" ? bin : bin[name]), ...args];
}

/** The npm that runs this script, else the one on the PATH. */
export function npm(/** @type {string[]} */ ...args) {
  const script = process.env.npm_execpath;
  return script?.endsWith(".js") ? [process.execPath, script, ...args] : ["npm", ...args];
}
