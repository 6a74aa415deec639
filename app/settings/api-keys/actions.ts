"use server";

import { randomUUID } from "node:crypto";
import { isAPIError } from "better-auth/api";
import { revalidatePath } from "next/cache";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { uuid } from "@/lib/api/requests";
import type { FormTrouble } from "@/lib/form/form-state";
import { type ApiKeyError, parseApiKey } from "@/lib/identity/api-key";
import { tell } from "@/server/http/flash";
import { formAction, troubleOf } from "@/server/http/form-action";
import { auth } from "@/server/identity/auth";
import { authorizeAction, requireAction } from "@/server/identity/authorize";
import { makeApiKey } from "@/server/identity/make-api-key";
import { whoOpened } from "@/server/identity/who-opened";
import { noteChange, originOf } from "@/server/observability/security";

const PAGE = "/settings/api-keys";
const SIGN_IN = `/sign-in?next=${encodeURIComponent(PAGE)}`;

/**
 * `created`: the new key itself, which is stored nowhere and shown this once. `intentId`: what the form sends the next time;
 * after a key was made, another one.
 */
export type CreateApiKeyState = {
  intentId?: string;
  error?: ApiKeyError;
  /** What was typed and ticked, for the form to show again. */
  values?: { name: string; scopes: string[] };
  trouble?: FormTrouble;
  created?: { id: string; name: string; key: string; intentId: string };
};

/**
 * Makes a key of the signed-in user with the name and scopes of the form, once for each `intentId`. Only a session may; no
 * key makes another.
 */
export async function createApiKey(previous: CreateApiKeyState, form: FormData): Promise<CreateApiKeyState> {
  const intent = uuid.safeParse(form.get("intentId"));
  const values = valuesOf(form);
  const again = (trouble: FormTrouble): CreateApiKeyState => ({
    values,
    ...(intent.success && { intentId: intent.data }),
    ...(previous.created && { created: previous.created }),
    trouble,
  });
  return formAction(
    "createApiKey",
    async () => {
      const authorization = await authorizeAction("createApiKey", whoOpened(form));
      if (!authorization.ok) return again(troubleOf(authorization));
      if (!intent.success) redirect(PAGE);
      const intentId = intent.data;
      const parsed = parseApiKey(form.get("name"), form.getAll("scope"));
      if (!parsed.ok) return { intentId, values, error: parsed.error };
      const session = await auth().api.getSession({ headers: await headers() });
      const userId = authorization.viewer.id;
      if (session?.user.id !== userId) redirect(SIGN_IN);
      const made = await makeApiKey({ userId, sessionId: session.session.id, ...parsed.value, intentId });
      // The session ended while the key was made, as after a new password.
      if (made.type === "gone") redirect(SIGN_IN);
      if (made.type === "made") {
        noteChange("api-key-made", originOf(await headers()), { userId });
        revalidatePath(PAGE);
        const { id, key } = made;
        return { intentId: randomUUID(), created: { id, name: parsed.value.name, key, intentId } };
      }
      if (made.type === "too-many") return { intentId, values, error: "too-many" };
      // The second of two presses: the result of the first stays. Where this page does not have it any more, it says so.
      return previous.created?.intentId === intentId
        ? previous
        : { intentId: randomUUID(), values, error: "made-already" };
    },
    again,
  );
}

function valuesOf(form: FormData): { name: string; scopes: string[] } {
  const isText = (value: unknown): value is string => typeof value === "string";
  return { name: [form.get("name")].find(isText) ?? "", scopes: form.getAll("scope").filter(isText) };
}

/** Revokes one of the signed-in user's keys (field `id`), for good and at once. One that is gone already is revoked too. */
export async function revokeApiKey(form: FormData): Promise<void> {
  const viewer = await requireAction("revokeApiKey", whoOpened(form));
  const id = uuid.safeParse(form.get("id"));
  if (!id.success) redirect(PAGE);
  try {
    await auth().api.deleteApiKey({ body: { keyId: id.data }, headers: await headers() });
    noteChange("api-key-revoked", originOf(await headers()), { userId: viewer.id });
  } catch (error) {
    if (!(isAPIError(error) && error.status === "NOT_FOUND")) throw error;
  }
  await tell(`${PAGE}?revoked=1`, viewer.id);
}
