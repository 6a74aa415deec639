/** The e-mail address of an account: confirmed, and changed. A new one is used after it is confirmed, and not before. */
import { isAPIError } from "better-auth/api";
import { changeAddress, findPasswordHash } from "@/db/identity/credentials";
import { findAddressOwner } from "@/db/identity/user-settings";
import { findUser, type User } from "@/db/identity/users";
import { auth } from "../identity/auth.ts";
import { wakeMailWorker } from "../mail/worker.ts";
import { noteChange } from "../observability/security.ts";
import { addressChangedNotice, mailAddressChange, mailAddressTaken } from "./account-mails.ts";
import { changeAddressToken, isChangeAddressToken } from "./change-address-token.ts";
import { type AccountContext, withAccountContext } from "./context.ts";
import { provePassword, sessionOf } from "./prove-password.ts";
import { inSameTime } from "./same-time.ts";

/** Mails `user`, who is signed in by `headers`, the link that confirms the address they have. */
export async function askToConfirmAddress(
  user: User,
  headers: Headers,
  context: AccountContext,
): Promise<void> {
  try {
    await withAccountContext(context, () =>
      auth().api.sendVerificationEmail({ body: { email: user.email }, headers }),
    );
  } catch (error) {
    // It was confirmed in another tab.
    if (!isAPIError(error)) throw error;
  }
}

/**
 * Mails `email` the link that makes it the address of `user`, who is signed in by `headers` and knows the password. Where the
 * address is or was another user's, its reader is told that instead, and the answer is the same. The link is good as long as the
 * password is the one that was known.
 */
export async function askToChangeAddress(
  user: User,
  { email, currentPassword }: { email: string; currentPassword: string },
  headers: Headers,
  context: AccountContext,
): Promise<"wrong" | "same" | undefined> {
  const proof = await provePassword(user, currentPassword, headers);
  if (proof === undefined) return "wrong";
  if (email === user.email) return "same";
  await withAccountContext(context, () =>
    inSameTime(async () => {
      const owner = await findAddressOwner(email);
      if (owner && owner.userId !== user.id) await mailAddressTaken(email, owner);
      else await mailAddressChange(user, email, changeAddressToken(user, email, proof.hash));
    }),
  );
  return undefined;
}

/** Whom a link to confirm an address is for, as it says itself; not verified. */
export function readAddressLink(
  token: string,
): { userId: string; email: string; isChange: boolean } | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    const { userId, email, updateTo } = claims as Record<string, unknown>;
    if (typeof userId !== "string" || typeof email !== "string") return undefined;
    return typeof updateTo === "string"
      ? { userId, email: updateTo, isChange: true }
      : { userId, email, isChange: false };
  } catch {
    return undefined;
  }
}

/**
 * Confirms the address of a link for `user`, who is signed in by `headers`: nobody else may, whoever reads the mailbox. Returns the
 * address, or undefined where the link is not good: too old, another user's, of an address that was changed since or that has
 * become another user's; one that changes the address also where the password was changed since.
 */
export async function confirmAddress(
  user: User,
  token: string,
  headers: Headers,
  context: AccountContext,
): Promise<string | undefined> {
  const link = readAddressLink(token);
  if (link?.userId !== user.id) return undefined;
  if (link.isChange)
    return (await confirmChange(user, link.email, token, headers, context)) ? link.email : undefined;
  try {
    await withAccountContext(context, () => auth().api.verifyEmail({ query: { token }, headers }));
  } catch (error) {
    if (isAPIError(error)) return undefined;
    throw error;
  }
  return (await findUser(user.id))?.email;
}

async function confirmChange(
  user: User,
  email: string,
  token: string,
  headers: Headers,
  context: AccountContext,
): Promise<boolean> {
  const [sessionId, atHash] = [await sessionOf(user, headers), await findPasswordHash(user.email)];
  if (sessionId === undefined || atHash === undefined) return false;
  if (!isChangeAddressToken(token, user, email, atHash)) return false;
  const isChanged = await changeAddress({
    userId: user.id,
    sessionId,
    atHash,
    oldEmail: user.email,
    email,
    notice: addressChangedNotice(user, context),
    origin: context.from,
  });
  if (isChanged) {
    wakeMailWorker();
    noteChange("address-changed", context.from, { userId: user.id });
  }
  return isChanged;
}
