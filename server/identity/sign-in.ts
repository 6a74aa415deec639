/** Signing in with a password. */
import { isAPIError } from "better-auth/api";
import { findPasswordHash, settledPasswordHash } from "@/db/identity/credentials";
import { endSessionByToken } from "@/db/identity/sessions";
import { noteChange, noteRefusal, originOf } from "../observability/security.ts";
import { auth } from "./auth.ts";

/**
 * Signs in, and sets the session's cookie; false where address and password do not fit. The same for an unknown address.
 *
 * A password that is changed while its sign-in is under way ends every session it finds, and the one that is just made may come
 * after that. So the password is looked at once more when the session is there, under a lock: whichever comes second sees the other.
 */
export async function signInByPassword(email: string, password: string, headers: Headers): Promise<boolean> {
  const before = await findPasswordHash(email);
  let token: string;
  let userId: string;
  try {
    const signedIn = await auth().api.signInEmail({ body: { email, password }, headers });
    [token, userId] = [signedIn.token, signedIn.user.id];
  } catch (error) {
    if (!isAPIError(error)) throw error;
    noteRefusal("sign-in-failed", headers, { email });
    return false;
  }
  let isRight = false;
  try {
    isRight = (await settledPasswordHash(email)) === before;
  } finally {
    // Also where it could not be found out, as when a change takes longer than one waits for its lock.
    if (!isRight) await endSessionByToken(token);
  }
  if (isRight) noteChange("signed-in", originOf(headers), { userId });
  return isRight;
}
