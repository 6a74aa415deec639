/** What a form was sent, what is wrong with it, and how both come back to it: with and without JavaScript the same. */
import type { z } from "zod";
import { readFields } from "./read-fields.ts";

/** What is wrong with a field. `code` names the text that says so; it is the `message` of the schema's issue. */
export type FormError = { name: string; code: string };

/** Why nothing came of a form, where no field is to blame. `signedInAs`: the name of who is signed in by now. */
export type FormTrouble =
  | { code: "unauthenticated" | "forbidden" | "rate-limited" | "unavailable" }
  /** It was opened as somebody else than is signed in. */
  | { code: "other-user"; signedInAs: string };

/** `values` is what was typed, by name, for the form to show again. */
export type FormState = {
  values: Record<string, string | string[]>;
  errors: FormError[];
  trouble?: FormTrouble;
};

/** The state of a form that nobody has sent yet. */
export const UNSENT: FormState = { values: {}, errors: [] };

/** A password goes back to nobody. */
const SECRET = /password|secret/i;

/**
 * Parses a form by `schema`, whose issues carry codes for messages, or returns the state to show it again with. For the
 * fields of an amount see amount.ts.
 */
export function parseForm<S extends z.ZodType>(
  schema: S,
  form: FormData | URLSearchParams,
): { ok: true; value: z.output<S> } | { ok: false; state: FormState } {
  const parsed = schema.safeParse(readFields(form));
  return parsed.success
    ? { ok: true, value: parsed.data }
    : { ok: false, state: refuseForm(form, errorsOf(parsed.error)) };
}

/** The state of a form that a rule beyond its schema refuses: a payee who is not there, a name that is taken. */
export function refuseForm(form: FormData | URLSearchParams, errors: FormError[]): FormState {
  const values: FormState["values"] = {};
  for (const name of new Set(form.keys())) {
    if (SECRET.test(name) || name.startsWith("$")) continue;
    const sent = form.getAll(name).filter((value) => typeof value === "string");
    const [first] = sent;
    if (first !== undefined) values[name] = sent.length === 1 ? first : sent;
  }
  return { values, errors };
}

/** The state of a form that nothing came of, with all that was typed. */
export function troubled(form: FormData | URLSearchParams, trouble: FormTrouble): FormState {
  return { ...refuseForm(form, []), trouble };
}

/** The first thing that is wrong with each field, in the schema's order. */
function errorsOf(error: z.ZodError): FormError[] {
  const errors = new Map<string, FormError>();
  for (const { path, message } of error.issues) {
    const name = path.join(".");
    if (!errors.has(name)) errors.set(name, { name, code: message });
  }
  return [...errors.values()];
}
