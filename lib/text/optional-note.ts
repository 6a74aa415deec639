import { z } from "zod";
import { plainText } from "./plain-text.ts";

/** Long enough for a sentence; short enough to fit a bank statement's line twice. */
export const NOTE_MAX_LENGTH = 140;

/** A note in a form: nothing where nothing was typed, else text as a payment takes it. What is wrong is said by `code`. */
export function optionalNote(code: string) {
  const note = plainText(NOTE_MAX_LENGTH);
  return z
    .string()
    .optional()
    .transform((typed) => typed?.trim() || undefined)
    .refine((text) => text === undefined || note.safeParse(text).success, code);
}
