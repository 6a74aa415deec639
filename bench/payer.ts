/** A process of its own that settles into the hot account; see processes.ts. Ends when its parent lets go of it. */
import { settle } from "../db/payments/settle.ts";
import { closedLoop, FASTEST_PER_SECOND } from "./rounds.ts";
import { joinWorld, type KeyRow, makeKeys, transferOf } from "./world.ts";

const [, , appUrl = "", ownerUrl = "", inFlight = "1"] = process.argv;
const world = await joinWorld(appUrl, ownerUrl);
let rows: KeyRow[] = [];

async function pay(): Promise<void> {
  const row = rows.pop();
  if (!row) throw new Error("Bug: more was done than prepared.");
  await settle(transferOf(row, "hot"));
}

process.on("message", async ({ command, ms }: { command: "prepare" | "pay"; ms: number }) => {
  if (command === "prepare") {
    rows = await makeKeys(world, Math.ceil((FASTEST_PER_SECOND * ms) / 1000), "transfer");
    process.send?.({});
  } else {
    process.send?.(await closedLoop(pay, Number(inFlight), rows.length, ms));
  }
});
process.on("disconnect", () => world.close());
process.send?.({});
