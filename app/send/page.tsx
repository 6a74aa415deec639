import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { PAYEE_MAX_LENGTH } from "@/lib/api/requests";
import { transferFormPath } from "@/lib/pay/drafts/transfer";
import { placeOf } from "@/lib/pay/place";
import { authorizePage } from "@/server/identity/authorize";
import type { SearchParams } from "@/server/pay/plain-form";

/**
 * Begins a transfer: its intent stands in the address from here on, so that a reload, a second tab of it and a browser without
 * storage are one payment. Writes nothing.
 */
export default async function SendPage({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const { payee } = await searchParams;
  const typed = typeof payee === "string" ? { payee: payee.slice(0, PAYEE_MAX_LENGTH) } : undefined;
  const query = typed === undefined ? "" : `?${new URLSearchParams(typed)}`;
  await authorizePage("/send", `/send${query}`);
  redirect(transferFormPath(placeOf({ kind: "transfer", intentId: randomUUID() }), typed ?? {}));
}
