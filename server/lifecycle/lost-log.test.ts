/** A server whose supervisor is gone serves on: its log has no reader, and no write to it may end or busy the process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";

/** Logs what goes wrong, as Next.js does, and says by its exit code how often that was, after it has logged for a while. */
const PROGRAM = `
  const { surviveLostLog } = await import("./server/lifecycle/lost-log.ts");
  let uncaught = 0;
  process.on("uncaughtException", (error) => { uncaught += 1; if (uncaught < 50) console.error(error); });
  if (process.env.SURVIVES === "1") surviveLostLog();
  console.error("ready");
  process.stdin.once("data", () => {
    let lines = 0;
    const timer = setInterval(() => {
      console.info("a line"); console.error("a line");
      if (++lines === 20) { clearInterval(timer); process.exit(uncaught === 0 ? 0 : 3); }
    }, 5);
  });`;

it.each([
  ["with it no write is an uncaught exception", "1", 0],
  ["without it they are", "0", 3],
])("%s", async (_what, survives, exitCode) => {
  const child = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", PROGRAM], {
    env: { ...process.env, SURVIVES: survives },
    stdio: ["pipe", "pipe", "pipe"],
  });
  const exit = once(child, "exit");
  await once(child.stderr, "data");
  child.stdout.destroy();
  child.stderr.destroy();
  child.stdin.write("go\n");
  expect(await exit).toEqual([exitCode, null]);
});
