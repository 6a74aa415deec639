/** An operator asks for a run over all the books. */
import { database } from "../../connection/client.ts";
import { runReconciliation } from "./run.ts";

export type Asked = "asked" | "found" | "running" | "not_operator";

/**
 * Asks for a full run, and begins it here. `runId` is the form's own, so that a form that is sent twice asks once; while a run
 * is under way another is not begun (`running`). Where this process ends, another server goes on with it.
 */
export async function askForReconciliation(actorId: string, runId: string): Promise<Asked> {
  const [row] = await database().readingSql<{ asked: Asked }[]>`
    select ask_reconcile_v1(${actorId}, ${runId}) as asked`;
  if (!row) throw new Error("Bug: ask_reconcile_v1 answered nothing.");
  if (row.asked === "asked")
    runReconciliation("full").catch((error: unknown) => {
      console.warn("Reconciling all the books failed; the next round tries again.", error);
    });
  return row.asked;
}
