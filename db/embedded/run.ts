import { spawn } from "node:child_process";

/** The account that initdb and the server run as; absent where that is our own. */
export type Account = { uid: number; gid: number };

/** initdb takes about a second; on a slow disk it writes 40 MB and waits for them. */
const RUN_LIMIT_MS = 120_000;
/** The end of what a command wrote is what explains it; more is not kept. */
const KEPT_OUTPUT_CHARACTERS = 4_000;

/**
 * What PostgreSQL's programs see of our environment. Variables such as PGPORT or LD_LIBRARY_PATH, meant for another
 * PostgreSQL, would change what they do; messages in English and times in UTC are what we read in their log.
 */
export function environment(): NodeJS.ProcessEnv {
  const kept: Record<string, string> = {};
  for (const name of ["PATH", "SystemRoot", "TEMP", "TMP"]) {
    const value = process.env[name];
    if (value !== undefined) kept[name] = value;
  }
  return { ...kept, NODE_ENV: process.env.NODE_ENV, LC_ALL: "C", TZ: "UTC" };
}

/** A working folder that every account can enter; ours may be closed to the one that a program runs as. */
export function workingFolder(): string {
  return process.platform === "win32" ? process.cwd() : "/";
}

/**
 * Runs a program to its end, as `account` where one is given. Resolves with its exit code and the end of what it wrote;
 * rejects where it could not be run at all (not there, not executable, not permitted).
 */
export function run(
  program: string,
  args: readonly string[],
  { account }: { account: Account | undefined },
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      ...account,
      cwd: workingFolder(),
      env: environment(),
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    // Not spawn's own limit: its timer stays, and holds the process for as long, where the program could not be run.
    const limit = setTimeout(() => child.kill("SIGKILL"), RUN_LIMIT_MS);
    let output = "";
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString("utf8")).slice(-KEPT_OUTPUT_CHARACTERS);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.once("error", (error) => {
      clearTimeout(limit);
      reject(error);
    });
    child.once("close", (code) => {
      clearTimeout(limit);
      resolve({ code, output });
    });
  });
}
