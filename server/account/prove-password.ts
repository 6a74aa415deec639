/** Whoever is signed in shows that they know the password. */
import { findPasswordHash } from "@/db/identity/credentials";
import type { User } from "@/db/identity/users";
import { auth } from "../identity/auth.ts";
import { noteRefusal } from "../observability/security.ts";

/** What was shown to be known, and in which session: a change holds both against what is so when it is written. */
export type PasswordProof = { hash: string; sessionId: string };

/** The proof, where `user` is signed in by `headers` and `password` is theirs. */
export async function provePassword(
  user: User,
  password: string,
  headers: Headers,
): Promise<PasswordProof | undefined> {
  const sessionId = await sessionOf(user, headers);
  const hash = await findPasswordHash(user.email);
  if (sessionId === undefined || hash === undefined) return undefined;
  const { password: passwords } = await auth().$context;
  if (await passwords.verify({ hash, password })) return { hash, sessionId };
  noteRefusal("password-check-failed", headers, { userId: user.id });
  return undefined;
}

/** The id of the session of `user` that `headers` carry, if it lives. */
export async function sessionOf(user: User, headers: Headers): Promise<string | undefined> {
  const found = await auth().api.getSession({ headers });
  return found?.user.id === user.id ? found.session.id : undefined;
}
