"use server";

import { isAPIError } from "better-auth/api";
import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { isHandleTaken } from "@/db/users";
import { safeReturnPath } from "@/lib/return-path";
import { parseSignUp, type SignUpError } from "@/lib/sign-up";
import { requireAction } from "@/server/admit";
import { auth } from "@/server/auth";
import { newMark } from "@/server/known-browser";
import { countTry } from "@/server/tries";

/** `waitMinutes` is there with "limited". */
export type SignUpState = { error?: SignUpError | "limited"; waitMinutes?: number };

/** Makes an account, signs in, and opens empty ledger accounts. Says which field is wrong; nothing is made then. */
export async function signUp(_previous: SignUpState, form: FormData): Promise<SignUpState> {
  await requireAction("signUp");
  const parsed = parseSignUp({
    name: form.get("name"),
    handle: form.get("handle"),
    email: form.get("email"),
    password: form.get("password"),
  });
  if (!parsed.ok) return { error: parsed.error };
  const { email } = parsed.value;
  const waitMinutes = await countTry({ what: "sign-up", email, headers: await headers() });
  if (waitMinutes !== undefined) return { error: "limited", waitMinutes };
  if (await isHandleTaken(parsed.value.handle)) return { error: "handle-taken" };
  try {
    await auth().api.signUpEmail({ body: parsed.value, headers: await headers() });
  } catch (error) {
    if (!isAPIError(error)) throw error;
    // Of two sign-ups for one handle at once, the unique constraint lets one through.
    return { error: (await isHandleTaken(parsed.value.handle)) ? "handle-taken" : "email-taken" };
  }
  (await cookies()).set(newMark(email));
  redirect(safeReturnPath(form.get("next")));
}
