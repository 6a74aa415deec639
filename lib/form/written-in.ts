/** The language that a form was shown in: amounts in it are read by that one, whichever its reader has chosen since. */
import { z } from "zod";
import { LOCALES } from "../locale.ts";

/** The name of the field that says it, which components/form sends along with every amount. */
export const WRITTEN_IN = "locale";

/** The field in a schema. Absent where no form of ours was sent: then the language of the request counts. */
export const writtenIn = { [WRITTEN_IN]: z.enum(LOCALES).optional().catch(undefined) };
