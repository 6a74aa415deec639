/**
 * The secret of the link that changes an address. It is bound to the password that whoever asked for it knew, so it is worth
 * nothing after any change of the password, and to the address that was the user's, so it is good once.
 */
import { createHmac, timingSafeEqual } from "node:crypto";
import type { User } from "@/db/identity/users";
import { sessionSecret } from "../identity/session-secret.ts";
import { LINK_SECONDS } from "./links.ts";

/** What the token begins with; the claims come next, as readAddressLink reads them, then the proof. */
const FORM = "once-address-1";

type Claims = { userId: string; email: string; updateTo: string; expiresAtMs: number };

function proofOf(claims: string, passwordHash: string): string {
  // The prefix keeps whatever else the secret signs from being such a link.
  return createHmac("sha256", sessionSecret())
    .update(`${FORM} ${JSON.stringify([claims, passwordHash])}`)
    .digest("base64url");
}

/** The token that makes `email` the address of `user`, whose password hashes to `passwordHash`, within LINK_SECONDS. */
export function changeAddressToken(user: User, email: string, passwordHash: string): string {
  const expiresAtMs = Date.now() + LINK_SECONDS * 1_000;
  const claims: Claims = { userId: user.id, email: user.email, updateTo: email, expiresAtMs };
  const text = Buffer.from(JSON.stringify(claims)).toString("base64url");
  return `${FORM}.${text}.${proofOf(text, passwordHash)}`;
}

/** Whether `token` was made by the function above of these facts, and its time is not over. */
export function isChangeAddressToken(
  token: string,
  user: User,
  email: string,
  passwordHash: string,
): boolean {
  const [form, text = "", proof = "", ...rest] = token.split(".");
  if (form !== FORM || rest.length > 0) return false;
  const [given, right] = [Buffer.from(proof), Buffer.from(proofOf(text, passwordHash))];
  if (given.length !== right.length || !timingSafeEqual(given, right)) return false;
  const claims: Claims = JSON.parse(Buffer.from(text, "base64url").toString());
  return (
    claims.userId === user.id &&
    claims.email === user.email &&
    claims.updateTo === email &&
    claims.expiresAtMs > Date.now()
  );
}
