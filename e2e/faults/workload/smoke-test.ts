import { randomUUID } from "node:crypto";
import type { People } from "./people.ts";

/** L1, on one server past the proxy, which avoids a server that answers nothing. Resolves with what failed. */
export async function failedSmokeTests({ rich }: People, baseUrl: string): Promise<string[]> {
  const [from, to] = rich;
  if (!from || !to) throw new Error("Bug: nobody is there.");
  const client = from.at(baseUrl);
  const transfer = { intentId: randomUUID(), payee: to.handle, amountMinor: "1", currency: "USD" };
  const paid = await client.transfer(transfer);
  const again = paid.type === "paid" ? await client.transfer(transfer, { key: paid.key }) : paid;
  const issued = await client.issueKey({ kind: "transfer", intentId: randomUUID() });
  const key = issued.type === "ok" && issued.value.state === "open" ? issued.value.key : undefined;
  const revoked = key === undefined ? undefined : await client.revokeKey(key);
  const steps = {
    "make a payment": paid.type === "paid",
    "tell it again": again.type === "paid" && again.isReplay,
    "issue a key": key !== undefined,
    "revoke it": revoked?.type === "ok" && revoked.value.state === "void",
  };
  return Object.entries(steps).flatMap(([step, isDone]) => (isDone ? [] : [step]));
}
