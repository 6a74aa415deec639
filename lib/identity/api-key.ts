/** What a new API key needs, and the rules that both sides say the same about. */

import { plainName } from "../text/plain-text.ts";
import { isScope, type Scope } from "./scopes.ts";

export const API_KEY_NAME_MAX_LENGTH = 60;

/** What is wrong with a request for a key: keys of the texts that say so. */
export type ApiKeyError = "name" | "scopes" | "too-many" | "made-already" | "limited";

const name = plainName(API_KEY_NAME_MAX_LENGTH);

/** Parses what was sent for a new key, or names the first thing that is wrong with it. */
export function parseApiKey(
  sentName: unknown,
  sentScopes: readonly unknown[],
): { ok: true; value: { name: string; scopes: Scope[] } } | { ok: false; error: "name" | "scopes" } {
  const parsed = name.safeParse(sentName);
  if (!parsed.success) return { ok: false, error: "name" };
  const scopes = sentScopes.filter(isScope);
  if (scopes.length === 0 || scopes.length !== sentScopes.length) return { ok: false, error: "scopes" };
  return { ok: true, value: { name: parsed.data, scopes: [...new Set(scopes)] } };
}
