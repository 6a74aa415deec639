/**
 * The shapes of every request body, once, for the HTTP API, the server actions and the forms. Unknown fields are
 * refused; inside the application a parsed request is trusted.
 */
import { z } from "zod";
import { isCurrency, MAX_AMOUNT_MINOR } from "./money.ts";

/** A UUID of any version (RFC 9562), folded to lower case so that two spellings are one value. */
export const uuid = z.uuid().overwrite((value) => value.toLowerCase());

/** An amount: a positive integer of minor units, as a string without sign, leading zero or decimal point. */
const amountMinor = z
  .string()
  .regex(/^[1-9][0-9]{0,18}$/, "must be a positive integer of minor units, as a string")
  .refine((value) => !/^[1-9][0-9]{0,18}$/.test(value) || BigInt(value) <= MAX_AMOUNT_MINOR, "is too large");

const currency = z
  .string()
  .regex(/^[A-Z]{3}$/, "must be an ISO 4217 code in capitals")
  .refine((value) => isCurrency(value), "is no currency we know");

/** Text that people wrote: any script, well-formed, no control characters, bounded so that a ledger row stays small. */
function plainText(maxLength: number) {
  return z
    .string()
    .min(1)
    .max(maxLength)
    .refine(
      (value) => value.isWellFormed() && !/[\p{Cc}\u2028\u2029]/u.test(value),
      "contains characters that are not allowed",
    );
}

/** Long enough for a sentence to a friend; short enough to fit a bank statement's line twice. */
const NOTE_MAX_LENGTH = 140;
/** The longest e-mail address that can be delivered to (RFC 5321 §4.5.3.1.3, less the angle brackets). */
const PAYEE_MAX_LENGTH = 254;
const DESCRIPTION_MAX_LENGTH = 200;
/** An order is something a person reads before paying. */
const ORDER_ITEMS_MAX = 100;
const ITEM_QUANTITY_MAX = 100_000;

export const purpose = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("order"), orderId: uuid }),
  z.strictObject({ kind: z.literal("transfer"), intentId: uuid }),
  z.strictObject({ kind: z.literal("refund"), paymentId: uuid, intentId: uuid }),
  z.strictObject({ kind: z.literal("top-up"), intentId: uuid }),
]);
export const issueKeyRequest = z.strictObject({ purpose });

export const payOrderRequest = z.strictObject({ orderId: uuid, amountMinor, currency });
export const transferRequest = z.strictObject({
  payee: plainText(PAYEE_MAX_LENGTH),
  amountMinor,
  currency,
  note: plainText(NOTE_MAX_LENGTH).optional(),
});
export const refundRequest = z.strictObject({ amountMinor: amountMinor.optional() });
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
  expiresAt: z.iso.datetime({ offset: true }).optional(),
});

export type PayOrderRequest = z.infer<typeof payOrderRequest>;
export type TransferRequest = z.infer<typeof transferRequest>;
export type OrderRequest = z.infer<typeof orderRequest>;

/** A field that a request got wrong: a JSON Pointer (RFC 6901) into the body, and what is wrong there. */
export type FieldError = { pointer: string; detail: string };

/** Either the request, typed, or every complaint about it. */
export type Parsed<T> = { ok: true; value: T } | { ok: false; errors: FieldError[] };

function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** Parses `body` by `schema`, complaints as JSON Pointers; an unknown field is named by its own pointer. */
export function parse<T>(schema: z.ZodType<T>, body: unknown): Parsed<T> {
  const result = schema.safeParse(body);
  if (result.success) return { ok: true, value: result.data };
  const errors = result.error.issues.flatMap((issue): FieldError[] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointerOf([...issue.path, key]),
          detail: "is not a field of this request",
        }))
      : [{ pointer: pointerOf(issue.path), detail: issue.message }],
  );
  return { ok: false, errors };
}

/** A request to pay: for an order where it names one, else a transfer to somebody. */
export function parsePayment(body: unknown): Parsed<PayOrderRequest | TransferRequest> {
  const namesOrder = typeof body === "object" && body !== null && Object.hasOwn(body, "orderId");
  return namesOrder ? parse(payOrderRequest, body) : parse(transferRequest, body);
}
