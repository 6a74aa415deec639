/** The form by which an operator revokes somebody's key, by the rules that both sides hold. */
import { z } from "zod";
import { operatorReason, uuid } from "../api/requests.ts";

/** Lines are for the writer; what is kept is one text. */
const reason = z
  .string()
  .transform((text) => text.replaceAll(/\s+/g, " ").trim())
  .pipe(operatorReason);

export const revokeKeyForm = z.object({ userId: uuid, key: uuid, reason });
