"use server";

import { isAPIError } from "better-auth/api";
import { revalidatePath } from "next/cache";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { countApiKeys } from "@/db/api-keys/keys";
import { type ApiKeyError, parseApiKey } from "@/lib/api-key";
import { uuid } from "@/lib/requests";
import { permissionsOf } from "@/lib/scopes";
import { admitToAction, requireAction } from "@/server/admit";
import { auth } from "@/server/auth";

const PAGE = "/settings/api-keys";
const SIGN_IN = `/sign-in?next=${encodeURIComponent(PAGE)}`;

/** A key per program is a handful; the list stays one that somebody can look over. */
const KEYS_PER_USER = 25;

/** `created`: the new key itself, which is stored nowhere and shown this once. */
export type CreateApiKeyState = { error?: ApiKeyError; created?: { id: string; name: string; key: string } };

/** Makes a key of the signed-in user with the name and scopes of the form. Only a session may; no key makes another. */
export async function createApiKey(_previous: CreateApiKeyState, form: FormData): Promise<CreateApiKeyState> {
  const admitted = await admitToAction("createApiKey");
  if (!admitted.ok) {
    if (admitted.problem === "rate-limited") return { error: "limited" };
    redirect(admitted.problem === "unauthenticated" ? SIGN_IN : "/");
  }
  const parsed = parseApiKey(form.get("name"), form.getAll("scope"));
  if (!parsed.ok) return { error: parsed.error };
  if ((await countApiKeys(admitted.viewer.id)) >= KEYS_PER_USER) return { error: "too-many" };
  // Without the request's headers: the plugin takes permissions from the server alone, for the user it is told.
  const { id, key } = await auth().api.createApiKey({
    body: {
      userId: admitted.viewer.id,
      name: parsed.value.name,
      permissions: permissionsOf(parsed.value.scopes),
    },
  });
  revalidatePath(PAGE);
  return { created: { id, name: parsed.value.name, key } };
}

/** Revokes one of the signed-in user's keys (field `id`), for good and at once. One that is gone already is revoked too. */
export async function revokeApiKey(form: FormData): Promise<void> {
  await requireAction("revokeApiKey");
  const id = uuid.safeParse(form.get("id"));
  if (!id.success) redirect(PAGE);
  try {
    await auth().api.deleteApiKey({ body: { keyId: id.data }, headers: await headers() });
  } catch (error) {
    if (!(isAPIError(error) && error.status === "NOT_FOUND")) throw error;
  }
  redirect(`${PAGE}?revoked=1`);
}
