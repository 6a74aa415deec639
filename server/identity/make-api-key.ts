/** Making an API key: better-auth's plugin makes it, and whether it may stay is decided in the database. */
import { judgeNewKey, type NewKeyVerdict } from "@/db/identity/api-keys";
import { permissionsOf, type Scope } from "@/lib/identity/scopes";
import { auth } from "./auth.ts";

/** `sessionId`: the session that asks, which must live until the key is made. */
type Wanted = { userId: string; sessionId: string; name: string; scopes: readonly Scope[]; intentId: string };

/** `made`: the key itself, which is stored nowhere. Otherwise none was made, and why. */
export type MadeKey = { type: "made"; id: string; key: string } | { type: Exclude<NewKeyVerdict, "kept"> };

/** Makes a key for a form (`intentId`), once, and within the number that one user may have. */
export async function makeApiKey({ userId, sessionId, name, scopes, intentId }: Wanted): Promise<MadeKey> {
  // Without the request's headers: the plugin takes permissions from the server alone, for the user that is named there.
  const { id, key } = await auth().api.createApiKey({
    body: { userId, name, permissions: permissionsOf(scopes), metadata: { intentId } },
  });
  const verdict = await judgeNewKey({ userId, sessionId, keyId: id, intentId });
  return verdict === "kept" ? { type: "made", id, key } : { type: verdict };
}
