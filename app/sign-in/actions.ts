"use server";

import { cookies, headers } from "next/headers";
import { redirect } from "next/navigation";
import { z } from "zod";
import { signOutByToken } from "@/db/identity/sessions";
import { DEMO_PASSWORD } from "@/db/setup/seed";
import { safeReturnPath } from "@/lib/return-path";
import { auth } from "@/server/identity/auth";
import { requireAction } from "@/server/identity/authorize";
import { newDeviceCookie } from "@/server/identity/device-cookie";
import { signInByPassword } from "@/server/identity/sign-in";
import { countAttempt, uncountAttempt } from "@/server/identity/sign-in-limits";
import { isDemo } from "@/server/lifecycle/environment";
import { noteChange, originOf } from "@/server/observability/security";

/** `waitMinutes` is there with "limited". */
export type SignInState = { error?: "invalid" | "limited"; waitMinutes?: number };

const credentials = z.object({ email: z.email().max(254), password: z.string().min(1).max(128) });

/**
 * Signs in with e-mail and password. The same answer for an unknown address and a wrong password; after too many failures
 * the same for a right one, until some time has passed.
 */
export async function signIn(_previous: SignInState, form: FormData): Promise<SignInState> {
  await requireAction("signIn");
  const parsed = credentials.safeParse({ email: form.get("email"), password: form.get("password") });
  if (!parsed.success) return { error: "invalid" };
  const email = parsed.data.email.toLowerCase();
  const authAttempt = { what: "sign-in", email, headers: await headers() } as const;
  const waitMinutes = await countAttempt(authAttempt);
  if (waitMinutes !== undefined) return { error: "limited", waitMinutes };
  if (!(await signInByPassword(email, parsed.data.password, await headers()))) return { error: "invalid" };
  await uncountAttempt(authAttempt);
  (await cookies()).set(newDeviceCookie(email));
  redirect(safeReturnPath(form.get("next")));
}

/** Signs in as one of the demo's people. Demo only. */
export async function signInAsDemo(form: FormData): Promise<void> {
  await requireAction("signInAsDemo");
  const who = z.enum(["alice", "bob", "mia", "omar"]).safeParse(form.get("who"));
  if (!isDemo() || !who.success) redirect("/sign-in");
  if (!(await signInByPassword(`${who.data}@once.test`, DEMO_PASSWORD, await headers())))
    throw new Error("The demo's people are not seeded.");
  redirect(safeReturnPath(form.get("next")));
}

export async function signOut(): Promise<void> {
  await requireAction("signOut");
  const received = await headers();
  const own = await auth().api.getSession({ headers: received });
  // Before better-auth, which takes the cookies away: ended by us, it is known for signing out.
  if (own) {
    await signOutByToken(own.session.token);
    noteChange("signed-out", originOf(received), { userId: own.user.id });
  }
  await auth().api.signOut({ headers: received });
  redirect("/");
}
