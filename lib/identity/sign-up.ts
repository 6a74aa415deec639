/** What a new account needs, and the rules that both sides say the same about. */
import { z } from "zod";
import { plainName } from "../text/plain-text.ts";

/** NIST SP 800-63B §3.1.1.2 asks for length, not for classes of characters; the demo's own password has twelve. */
export const PASSWORD_MIN_LENGTH = 10;
/** Longer ones cost the server more to hash than they add. */
export const PASSWORD_MAX_LENGTH = 128;
const NAME_MAX_LENGTH = 60;

/** The field of a sign-up that is wrong, and how: keys of the texts that say so. */
export type SignUpError =
  | "name"
  | "name-taken"
  | "handle"
  | "handle-taken"
  | "email"
  | "email-taken"
  | "password"
  | "password-guessable";

const fields = z.object({
  name: plainName(NAME_MAX_LENGTH),
  handle: z
    .string()
    .trim()
    .toLowerCase()
    .regex(/^[a-z][a-z0-9-]{1,29}$/),
  email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
  password: z.string().min(PASSWORD_MIN_LENGTH).max(PASSWORD_MAX_LENGTH),
});

export type SignUp = z.infer<typeof fields>;

/** Parses a sign-up, or names the first thing that is wrong with it. */
export function parseSignUp(
  sent: Record<keyof SignUp, unknown>,
): { ok: true; value: SignUp } | { ok: false; error: SignUpError } {
  const parsed = fields.safeParse(sent);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path[0];
    return {
      ok: false,
      error: field === "name" || field === "handle" || field === "email" ? field : "password",
    };
  }
  return isGuessable(parsed.data.password, parsed.data)
    ? { ok: false, error: "password-guessable" }
    : { ok: true, value: parsed.data };
}

/** Whether who knows the address or the handle would try this password first, or anybody: a single repeated character. */
export function isGuessable(password: string, { handle, email }: { handle: string; email: string }): boolean {
  const guess = password.toLowerCase();
  return guess.includes(handle) || guess.includes(email.split("@")[0] ?? email) || new Set(guess).size < 4;
}
