/** Another server of the same build on the same database, for what the one under test cannot show by itself. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { DATA_DIR } from "./books.ts";
import { expect } from "./fixtures.ts";

/** Not the server's under test. */
const OTHER_PORT = 3211;

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
): Promise<void> {
  const other = spawn(process.execPath, ["scripts/start.mjs"], {
    env: {
      ...process.env,
      PORT: String(OTHER_PORT),
      ONCE_DATA_DIR: path.resolve(DATA_DIR),
      DATABASE_URL: "",
      ...variables,
    },
    stdio: "ignore",
  });
  const ended = once(other, "exit").then(([code]: (number | null)[]) => code ?? null);
  const end = () => {
    other.kill("SIGTERM");
    return ended;
  };
  try {
    const address = `http://127.0.0.1:${OTHER_PORT}`;
    await expect
      .poll(() =>
        fetch(`${address}/api/health/ready`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    await use(address, end, (name) => other.kill(name));
  } finally {
    await end();
  }
}
