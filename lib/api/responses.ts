/**
 * The shapes of every response body, once, for the reference, the tests that hold the server to it, and the client. A
 * schema here and the type that the server builds its answer from are one shape: neither compiles without the other.
 */
import { z } from "zod";
import type { Order } from "./order.ts";
import { DECLINE_CODES, type KeyState, PAYMENT_KINDS, type Payment } from "./payment.ts";
import { PROBLEMS, type ProblemName } from "./problems.ts";
import { purpose } from "./requests.ts";

/** Takes a schema of exactly `T`: a member that one of the two lacks, or spells otherwise, does not compile. */
function shapeOf<T>() {
  return <S extends z.ZodType<T, T>>(schema: S): S => schema;
}

/** An id. Looser than RFC 9562: a merchant's order may bear any 128 bits in this spelling. */
const id = z.guid();
/** A moment in UTC, with milliseconds, in the one spelling that JavaScript gives it. */
const moment = z.iso.datetime({ precision: 3 });
const positiveMinor = z.string().regex(/^[1-9][0-9]{0,18}$/);
/** May be zero: a balance, or what was left of a payment whose refund was declined because of that. */
const amountMinor = z.string().regex(/^(0|[1-9][0-9]{0,18})$/);
const currency = z.string().regex(/^[A-Z]{3}$/);

export const payment = shapeOf<Payment>()(
  z.strictObject({
    id,
    kind: z.enum(PAYMENT_KINDS),
    status: z.enum(["succeeded", "declined"]),
    declineCode: z.enum(DECLINE_CODES).exactOptional(),
    amountMinor,
    currency,
    payerAccountId: id,
    payeeAccountId: id,
    orderId: id.exactOptional(),
    refundOf: id.exactOptional(),
    note: z.string().exactOptional(),
    settledAt: moment,
  }),
);

const settled = z.strictObject({ state: z.literal("settled"), payment });
const open = z.strictObject({ state: z.literal("open") });
const voided = z.strictObject({ state: z.literal("void") });

/** What issuing answers: the open key, or the payment that has settled the purpose. */
export const issuedKey = z.discriminatedUnion("state", [
  z.strictObject({ key: id, purpose, state: z.literal("open"), expiresAt: moment }),
  settled,
]);
export type IssuedKey = z.infer<typeof issuedKey>;

export const keyState = shapeOf<KeyState>()(z.discriminatedUnion("state", [open, settled, voided]));

/** What revoking answers: never "open". */
export const revokedKey = z.discriminatedUnion("state", [settled, voided]);

export const order = shapeOf<Order>()(
  z.strictObject({
    id,
    merchant: z.strictObject({ id, name: z.string(), handle: z.string() }),
    description: z.string(),
    currency,
    totalMinor: positiveMinor,
    items: z.array(
      z.strictObject({ description: z.string(), quantity: z.int().min(1), amountMinor: positiveMinor }),
    ),
    state: z.enum(["open", "paid", "cancelled", "expired"]),
    paidBy: z.strictObject({ userId: id, paymentId: id }).exactOptional(),
    expiresAt: moment.exactOptional(),
    createdAt: moment,
  }),
);

export const accountList = z.strictObject({
  accounts: z.array(z.strictObject({ id, currency, balanceMinor: amountMinor })),
});
export type AccountList = z.infer<typeof accountList>;

/** A page of a list; `nextCursor` is null on the last. */
const nextCursor = z.string().nullable();
export const paymentList = z.strictObject({ payments: z.array(payment), nextCursor });
export type PaymentList = z.infer<typeof paymentList>;
export const orderList = z.strictObject({ orders: z.array(order), nextCursor });
export type OrderList = z.infer<typeof orderList>;

export const liveness = z.strictObject({ status: z.literal("live") });
export const readiness = z.strictObject({ status: z.literal("ready") });

const fieldErrors = z.array(z.strictObject({ pointer: z.string(), detail: z.string() }));
const moneyMoved = ["no", "yes", "unknown"] as const;

/** The problem document called `name`, with the members that this kind has beside the common ones. */
export function problemSchema(name: ProblemName) {
  const row = PROBLEMS[name];
  const common = {
    type: z.literal(`/problems/${name}`),
    title: z.literal(row.title),
    status: z.literal(row.status),
    detail: z.string(),
    moneyMoved: row.moneyMoved === "looked-up" ? z.enum(moneyMoved) : z.literal(row.moneyMoved),
    retry: z.literal(row.retry),
  };
  switch (name) {
    case "declined":
      return z.strictObject({
        ...common,
        retry: z.enum(["new-key", "never"]),
        declineCode: z.enum(DECLINE_CODES),
        payment,
      });
    case "invalid-request":
      return z.strictObject({ ...common, errors: fieldErrors, payment: payment.exactOptional() });
    // With a key that is settled, both carry what it has settled.
    case "not-found":
    case "idempotency-key-reused":
      return z.strictObject({ ...common, payment: payment.exactOptional() });
    default:
      return z.strictObject(common);
  }
}
