/** A process of its own that settles into the hot account; see processes.ts. Ends when its parent lets go of it. */
import type { SettlementEntry } from "../db/payments/settlement.ts";
import { makeTransfers, pay } from "./paying.ts";
import { closedLoop, FASTEST_PER_SECOND, takingFrom } from "./rounds.ts";
import { joinWorld } from "./world.ts";

const [, , appUrl = "", ownerUrl = "", inFlight = "1"] = process.argv;
const world = await joinWorld(appUrl, ownerUrl);
let work = takingFrom<SettlementEntry>([], pay);
let prepared = 0;

process.on("message", async ({ command, ms }: { command: "prepare" | "pay"; ms: number }) => {
  if (command === "prepare") {
    prepared = Math.ceil((FASTEST_PER_SECOND * ms) / 1000);
    work = takingFrom(await makeTransfers(world, prepared, "hot"), (entry) => pay(entry));
    process.send?.({});
  } else {
    process.send?.(await closedLoop(work, Number(inFlight), prepared, ms));
  }
});
process.on("disconnect", () => world.close());
process.send?.({});
