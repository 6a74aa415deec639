/**
 * The shapes of every request body, once, for the HTTP API, the server actions and the forms. Unknown fields are
 * refused; inside the application a parsed request is trusted.
 */
import { z } from "zod";
import { isCurrency, MAX_AMOUNT_MINOR } from "../currency.ts";
import { NOTE_MAX_LENGTH } from "../text/optional-note.ts";
import { plainText } from "../text/plain-text.ts";

/** A UUID of any version and variant, as PostgreSQL has them, folded to lower case so that two spellings are one value. */
export const uuid = z.guid("must be a UUID").overwrite((value) => value.toLowerCase());

/** An amount: a positive integer of minor units, as a string without sign, leading zero or decimal point. */
const amountMinor = z
  .string()
  .regex(/^[1-9][0-9]{0,18}$/, "must be a positive integer of minor units, as a string")
  .refine((value) => !/^[1-9][0-9]{0,18}$/.test(value) || BigInt(value) <= MAX_AMOUNT_MINOR, "is too large");

const currencyCode = z.string().regex(/^[A-Z]{3}$/, "must be an ISO 4217 code in capitals");
const currency = currencyCode
  .refine((value) => isCurrency(value), "is no currency we know")
  .meta({
    description:
      "The ISO 4217 code of a currency in use. Codes of funds, metals, units of account and tests are refused.",
  });

/** Why an operator does something: it becomes the note of a funding. */
export const operatorReason = plainText(NOTE_MAX_LENGTH);
/** The longest e-mail address that can be delivered to (RFC 5321 §4.5.3.1.3, less the angle brackets). */
export const PAYEE_MAX_LENGTH = 254;
const DESCRIPTION_MAX_LENGTH = 200;
/** An order is something a person reads before paying. */
const ORDER_ITEMS_MAX = 100;
const ITEM_QUANTITY_MAX = 100_000;

/** Whether an instant lies in years of four digits, from the Unix epoch on. */
function isInCalendar(instant: Date): boolean {
  const year = instant.getUTCFullYear();
  return year >= 1970 && year <= 9999;
}

export const purpose = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("order"), orderId: uuid }),
  z.strictObject({ kind: z.literal("transfer"), intentId: uuid }),
  z.strictObject({ kind: z.literal("refund"), paymentId: uuid, intentId: uuid }),
  z.strictObject({ kind: z.literal("top-up"), intentId: uuid }),
]);
export const issueKeyRequest = z.strictObject({ purpose });

// The order's own currency decides: one that was withdrawn since still pays what was ordered in it, and is still replayed.
export const payOrderRequest = z.strictObject({ orderId: uuid, amountMinor, currency: currencyCode });
export const transferRequest = z.strictObject({
  payee: plainText(PAYEE_MAX_LENGTH),
  amountMinor,
  currency,
  note: plainText(NOTE_MAX_LENGTH).optional(),
});
/** A transfer without the rules about text and currencies, which change: for replays alone, nothing is executed from it. */
const legacyTransferRequest = transferRequest.extend({
  payee: z.string(),
  currency: z.string(),
  note: z.string().optional(),
});
export const refundRequest = z.strictObject({
  amountMinor: amountMinor.optional(),
  reason: plainText(NOTE_MAX_LENGTH)
    .optional()
    .meta({ description: "Why, for whom the money goes back to. Stands in the payment as `note`." }),
});
export const topUpRequest = z.strictObject({ amountMinor, currency });

export const orderRequest = z.strictObject({
  description: plainText(DESCRIPTION_MAX_LENGTH),
  currency,
  items: z
    .array(
      z.strictObject({
        description: plainText(DESCRIPTION_MAX_LENGTH),
        quantity: z.int().min(1).max(ITEM_QUANTITY_MAX),
        amountMinor,
      }),
    )
    .min(1)
    .max(ORDER_ITEMS_MAX),
  expiresAt: z.iso
    .datetime({ offset: true, error: "must be an instant as RFC 3339 writes it, with an offset" })
    .refine((value) => isInCalendar(new Date(value)), "must lie between 1970 and 9999")
    .optional(),
});

/** The page size where none is given: a screenful. */
export const PAGE_DEFAULT = 20;
/** A page is answered from one statement and one buffer; whoever wants more asks again with the cursor. */
export const PAGE_MAX = 100;

/** The query of a list: how many at most, and where the page before ended. */
export const listQuery = z.strictObject({
  /** As the page before gave it, in `nextCursor`. */
  cursor: z.string().optional(),
  limit: z
    .string()
    .regex(/^[1-9][0-9]*$/, `must be a whole number from 1 to ${PAGE_MAX}`)
    .transform(Number)
    .refine((limit) => limit <= PAGE_MAX, `must be a whole number from 1 to ${PAGE_MAX}`)
    .default(PAGE_DEFAULT),
});

export type PayOrderRequest = z.infer<typeof payOrderRequest>;
export type TransferRequest = z.infer<typeof transferRequest>;
export type OrderRequest = z.infer<typeof orderRequest>;

/**
 * A field that a request got wrong: a JSON Pointer (RFC 6901) into the body, or into the parameters of a query as if they
 * were members of an object; and what is wrong there.
 */
export type FieldError = { pointer: string; detail: string };

/** More complaints than a person reads; a body of tens of thousands of wrong fields must not have a longer answer. */
const ERRORS_MAX = 20;

/** Either the request, typed, or the complaints about it. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

/**
 * The same of a request that moves money. `legacy`, beside errors, is the request where an earlier rule may have accepted
 * it: good for replaying what was settled by it then, and for nothing else.
 */
export type ParsedPayment<T> = Parsed<T> & { legacy?: T | undefined };

/** The same name twice: which of the two is meant would be a guess. */
export const DUPLICATE_NAME = "stands there more than once";

/** The JSON Pointer of a member (RFC 6901 §3): "~" and "/" inside a name are escaped. */
export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Parses `body` by `schema`, complaints as JSON Pointers; an unknown field is named by its own pointer. */
export function parse<T>(schema: z.ZodType<T>, body: unknown): Parsed<T> {
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  const all = result.error.issues.flatMap((issue): FieldError[] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointerOf([...issue.path, key]),
          detail: "is not a field of this request",
        }))
      : [{ pointer: pointerOf(issue.path), detail: issue.message }],
  );
  return { ok: false, errors: all.slice(0, ERRORS_MAX) };
}

/** Parses the parameters of a query by `schema`. A parameter that stands there twice has no one value and is refused. */
export function parseQuery<T>(schema: z.ZodType<T>, query: URLSearchParams): Parsed<T> {
  const seen = new Set<string>();
  for (const name of query.keys()) {
    if (seen.has(name))
      return { ok: false, errors: [{ pointer: pointerOf([name]), detail: DUPLICATE_NAME }] };
    seen.add(name);
  }
  return parse(schema, Object.fromEntries(query));
}

/** A request to pay: for an order where it names one, else a transfer to somebody. */
export function parsePayment(body: unknown): ParsedPayment<PayOrderRequest | TransferRequest> {
  const namesOrder = typeof body === "object" && body !== null && Object.hasOwn(body, "orderId");
  if (namesOrder) return parse(payOrderRequest, body);
  const parsed = parse(transferRequest, body);
  return parsed.ok ? parsed : { ...parsed, legacy: legacyTransferRequest.safeParse(body).data };
}
