/** What a new account needs, and the rules that both sides say the same about. */
import { z } from "zod";
import { plainName } from "../text/plain-text.ts";

/** NIST SP 800-63B §3.1.1.2 asks for length, not for classes of characters; the demo's own password has twelve. */
export const PASSWORD_MIN_LENGTH = 10;
/** Longer ones cost the server more to hash than they add. */
export const PASSWORD_MAX_LENGTH = 128;
const NAME_MAX_LENGTH = 60;

/** The form of a sign-up, the same in the browser and on the server. */
export const signUpForm = z
  .object({
    name: plainName(NAME_MAX_LENGTH),
    handle: z
      .string()
      .trim()
      .toLowerCase()
      .regex(/^[a-z][a-z0-9-]{1,29}$/),
    email: z.string().trim().toLowerCase().pipe(z.email().max(254)),
    password: z.string().min(PASSWORD_MIN_LENGTH).max(PASSWORD_MAX_LENGTH),
  })
  .refine(({ handle, email, password }) => !isGuessable(password, { handle, email }), {
    path: ["password"],
    error: "guessable",
  });

export type SignUp = z.infer<typeof signUpForm>;

/** Whether who knows the address or the handle would try this password first, or anybody: a single repeated character. */
export function isGuessable(password: string, { handle, email }: { handle: string; email: string }): boolean {
  const guess = password.toLowerCase();
  return guess.includes(handle) || guess.includes(email.split("@")[0] ?? email) || new Set(guess).size < 4;
}
