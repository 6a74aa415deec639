/**
 * What somebody wants to send: as they type it into a form, and, once it was understood, as the query of the page that names
 * it all before it is paid.
 */
import { z } from "zod";
import { PAYEE_MAX_LENGTH } from "../../api/requests.ts";
import { amountFields, withAmount } from "../../form/amount.ts";
import { optionalNote } from "../../text/optional-note.ts";
import { plainText } from "../../text/plain-text.ts";
import type { Payload } from "../state.ts";

/** What can be wrong with it, by field: what the form itself tells, and what only the server knows. */
export type TransferError =
  | { name: "payee"; code: "payee_empty" | "payee_unknown" | "payee_self" | "payee_no-account" }
  | { name: "currency"; code: "no-account" }
  | { name: "amount"; code: "over-balance" }
  | { name: "note"; code: "note" };

const payee = plainText(PAYEE_MAX_LENGTH);

/** The form, for who reads `locale`: amounts are typed as their language writes them. */
export function transferForm(locale: string) {
  return withAmount(
    z.object({
      payee: z
        .string("payee_empty")
        // As others are written to.
        .transform((typed) => typed.trim().replace(/^@/, ""))
        .refine((typed) => typed !== "", "payee_empty")
        .refine((typed) => typed === "" || payee.safeParse(typed).success, "payee_unknown"),
      ...amountFields,
      note: optionalNote("note"),
    }),
    locale,
  );
}

/** The fields of a transfer that stand in addresses: a request of the API, word for word. */
export const TRANSFER_FIELDS = ["payee", "amountMinor", "currency", "note"] as const;

/** The transfer as a payload, which the API takes: what was not typed is absent. */
export function transferPayload(transfer: {
  payee: string;
  amountMinor: string;
  currency: string;
  note?: string | undefined;
}): Payload {
  const { payee: to, amountMinor, currency, note } = transfer;
  return { payee: to, amountMinor, currency, ...(note === undefined ? {} : { note }) };
}

/**
 * The page that names the whole transfer before it is paid. `despite`: the payments that the
 * payer has been asked about.
 */
export function transferReviewPath(place: string, payload: Payload, despite?: string): string {
  return `${place}/review?${new URLSearchParams({ ...payload, ...(despite && { despite }) })}`;
}

/** The form, filled in as `typed`. `checked`: it says what is wrong with it; `unfinished`: that it was sent and not answered. */
export function transferFormPath(place: string, typed: Payload, said?: "checked" | "unfinished"): string {
  const query = new URLSearchParams({
    ...typed,
    ...(said === "checked" && { checked: "1" }),
    ...(said === "unfinished" && { notice: said }),
  });
  return query.size === 0 ? place : `${place}?${query}`;
}
