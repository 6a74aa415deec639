/** Why an operator does something: read the same in the browser and on the server. */
import { z } from "zod";
import { NOTE_MAX_LENGTH } from "../text/optional-note.ts";
import { plainText } from "../text/plain-text.ts";

export type ReasonError = "reason_empty" | "reason_long" | "reason_signs";

/** A reason, which has to be given. The messages of issues are codes. */
export const reason = z
  .string()
  .catch("")
  .transform((typed) => typed.trim())
  .superRefine((typed, context) => {
    const report = (message: ReasonError) => context.addIssue({ code: "custom", message });
    if (typed === "") report("reason_empty");
    else if ([...typed].length > NOTE_MAX_LENGTH) report("reason_long");
    else if (!plainText(NOTE_MAX_LENGTH).safeParse(typed).success) report("reason_signs");
  });

export const reasonForm = z.object({ reason });
