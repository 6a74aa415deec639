/**
 * The response to a payment: the server action returns it, the HTTP API sends it as status and body. One shape, so that
 * the browser may go from one to the other in mid-payment with the same key.
 */
import type { DeclineCode, Payment } from "./payment.ts";
import type { Problem } from "./problems.ts";
import type { FieldError } from "./requests.ts";

/** A declined payment's document: the problem, and the payment row that records the decline. */
export type DeclinedProblem = Problem & { declineCode: DeclineCode; payment: Payment };

/** Any other problem; `payment` is there where the key is settled, `errors` where fields were wrong. */
export type ProblemDocument = Problem & { payment?: Payment; errors?: FieldError[] };

export type PaymentResponse =
  | { status: 201; body: Payment; replayed: boolean }
  | { status: 402; body: DeclinedProblem; replayed: boolean }
  | { status: number; body: ProblemDocument; replayed: false; retryAfterSeconds?: number };
