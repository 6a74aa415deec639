/** Another server of the same build on the same database, for what the one under test cannot show by itself. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { DATA_DIR } from "./books.ts";
import { expect } from "./fixtures.ts";
import { addressOf, PORT, START_LIMIT_MS } from "./server-under-test.ts";

/** Not the server's under test. */
export const OTHER_PORT = PORT + 1;
/** As `npm start` does. */
const START = ["scripts/start.mjs"];
/** As somebody does who starts Next.js without our script, so that it listens to everybody. */
export const PLAIN_NEXT = ["node_modules/next/dist/bin/next", "start", "--hostname", "0.0.0.0"];

/** The usual variables of a server, and these. */
function environmentWith(variables: Record<string, string>): NodeJS.ProcessEnv {
  return {
    ...process.env,
    PORT: String(OTHER_PORT),
    ONCE_DATA_DIR: path.resolve(DATA_DIR),
    DATABASE_URL: "",
    ...variables,
  };
}

/** A limit for a server that starts after all, so that none is left behind. */
const REFUSED_WITHIN_MS = 60_000;

/** Starts a server that must refuse to: it says why with these words, and ends. */
export async function expectRefused(variables: Record<string, string>, words: string): Promise<void> {
  const other = spawn(process.execPath, START, {
    env: environmentWith(variables),
    stdio: ["ignore", "pipe", "pipe"],
    timeout: REFUSED_WITHIN_MS,
    killSignal: "SIGKILL",
  });
  let said = "";
  for (const stream of [other.stdout, other.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  const [code] = (await once(other, "close")) as [number | null];
  expect([code, said]).toEqual([1, expect.stringContaining(words)]);
}

/**
 * Starts it with these variables beside the usual ones, waits until it is ready, and ends it after `use`, which may `end` it
 * itself: that tells it to, and resolves with its exit code. `signal` sends it another one.
 */
export async function withOtherServer(
  variables: Record<string, string>,
  use: (
    address: string,
    end: () => Promise<number | null>,
    signal: (name: NodeJS.Signals) => void,
  ) => Promise<void>,
  program = START,
): Promise<void> {
  const other = spawn(process.execPath, program, { env: environmentWith(variables), stdio: "ignore" });
  const ended = once(other, "exit").then(([code]: (number | null)[]) => code ?? null);
  const end = () => {
    other.kill("SIGTERM");
    return ended;
  };
  try {
    const address = addressOf(OTHER_PORT);
    await expect
      .poll(
        () =>
          fetch(`${address}/api/health/ready`).then(
            ({ status }) => status,
            () => 0,
          ),
        { timeout: START_LIMIT_MS },
      )
      .toBe(200);
    await use(address, end, (name) => other.kill(name));
  } finally {
    await end();
  }
}
