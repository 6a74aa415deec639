/** What somebody says who asks to be a merchant, by the rules that both sides hold. */
import { z } from "zod";
import { uuid } from "../api/requests.ts";
import { plainName, plainText } from "../text/plain-text.ts";

export const BUSINESS_NAME_MAX_LENGTH = 60;
/** A few sentences: an operator reads it. */
export const SELLS_MAX_LENGTH = 500;

export const merchantRequestForm = z.object({
  /** Made with the page, so that the form sent twice asks once. */
  intentId: uuid,
  businessName: plainName(BUSINESS_NAME_MAX_LENGTH),
  sells: z
    .string()
    // Lines are for the writer; what is kept is one text.
    .transform((text) => text.replaceAll(/\s+/g, " ").trim().normalize("NFC"))
    .pipe(plainText(SELLS_MAX_LENGTH)),
});
