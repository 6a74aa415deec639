/**
 * The application service of payments, called by the HTTP API, the server action and the plain form: runs the use case and
 * maps its result to a response.
 */
import { keyState } from "@/db/idempotency/state";
import type { PayCommand } from "@/db/payments/command";
import type { Resolved } from "@/db/payments/look-up";
import { pay } from "@/db/payments/pay";
import type { PaymentRow } from "@/db/payments/row";
import type { RefusalReason } from "@/db/payments/settlement";
import { renderDecline, renderPayment } from "@/db/payments/views/render";
import type { Purpose } from "@/lib/api/payment";
import type { PaymentResponse, ProblemDocument } from "@/lib/api/payment-response";
import { type MoneyMoved, type ProblemName, problem } from "@/lib/api/problems";
import type { FieldError } from "@/lib/api/requests";
import { noteReceipt } from "../mail/receipts.ts";
import { type PaymentAttempt, recordAndCount, verdictOf } from "./payment-attempt.ts";

/** Why a command was refused, as a problem: which one, and which field to blame. Nothing was consumed. */
const REFUSALS: Record<RefusalReason, { name: ProblemName; error?: FieldError; detail?: string }> = {
  malformed: { name: "invalid-request", error: { pointer: "", detail: "cannot be executed" } },
  // These are what operators do: no route takes one.
  not_operator: { name: "forbidden" },
  own_account: { name: "forbidden" },
  adjustment_unknown: { name: "not-found" },
  same_operator: { name: "forbidden" },
  asker_not_operator: { name: "forbidden" },
  adjustment_ended: { name: "not-found" },
  amount_not_positive: {
    name: "invalid-request",
    error: { pointer: "/amountMinor", detail: "must be positive" },
  },
  payment_unknown: { name: "not-found", detail: "There is no such payment to refund for this account." },
  order_unknown: { name: "not-found", detail: "There is no such order." },
  payer_unknown: {
    name: "invalid-request",
    error: { pointer: "/currency", detail: "you have no account to pay this from" },
  },
  payee_unknown: { name: "invalid-request", error: { pointer: "/payee", detail: "is not known here" } },
  house_account_mismatch: { name: "invalid-request", error: { pointer: "", detail: "cannot be executed" } },
  payee_is_payer: { name: "invalid-request", error: { pointer: "/payee", detail: "must not be yourself" } },
  payer_closed: { name: "account-frozen" },
  merchant_mismatch: { name: "amount-mismatch" },
  amount_mismatch: { name: "amount-mismatch" },
  not_your_sale: { name: "not-found", detail: "There is no such payment to refund for this account." },
  overflow: {
    name: "invalid-request",
    error: { pointer: "/amountMinor", detail: "is more than an account can hold" },
  },
};

/** The member to blame, in a request that names its payee or its currency by naming something else. */
function pointerIn({ operation }: PayCommand, pointer: string): string {
  if (operation === "pay-order" && pointer === "/payee") return "/orderId";
  return operation === "refund" && pointer !== "/amountMinor" ? "" : pointer;
}

/** What is known of a settled key's money. */
function moneyMovedBy(payment: PaymentRow): MoneyMoved {
  return payment.status === "succeeded" ? "yes" : "no";
}

/** A settled key's outcome. The same bytes for the first answer and for every replay. */
function settledOutcome(payment: PaymentRow, replayed: boolean): PaymentResponse {
  return payment.status === "succeeded"
    ? { status: 201, body: renderPayment(payment), replayed }
    : { status: 402, body: renderDecline(payment), replayed };
}

function problemOutcome(
  name: ProblemName,
  moneyMoved: MoneyMoved,
  members: Partial<ProblemDocument> = {},
): PaymentResponse {
  const document = { ...problem(name, moneyMoved), ...members };
  return { status: document.status, body: document, replayed: false };
}

/**
 * Executes `command` under the attempt's key, or returns what became of the key. `shownFor`: the purpose that a page has
 * shown, which the key has to be open for. `ahead`: what was read of it already. Throws what `pay` throws.
 */
export async function executePayment(
  attempt: PaymentAttempt,
  command: PayCommand,
  shownFor?: Purpose,
  ahead?: Resolved,
): Promise<PaymentResponse> {
  const { userId, key } = attempt;
  const result = await recordAndCount(attempt, () => pay(userId, key, command, shownFor, ahead), verdictOf);
  switch (result.type) {
    case "settled":
      noteReceipt(result.payment);
      return settledOutcome(result.payment, result.replayed);
    case "reused":
      return result.payment === undefined
        ? problemOutcome("idempotency-key-reused", "no")
        : problemOutcome("idempotency-key-reused", moneyMovedBy(result.payment), {
            payment: renderPayment(result.payment),
          });
    case "refused": {
      const { name, error, detail } = REFUSALS[result.reason];
      return problemOutcome(name, "no", {
        ...(error && { errors: [{ ...error, pointer: pointerIn(command, error.pointer) }] }),
        ...(detail && { detail }),
      });
    }
    case "void":
      return problemOutcome("idempotency-key-void", "no");
    default:
      return result satisfies never;
  }
}

/**
 * Answers a request whose body is wrong: its key is looked up first, so that the problem says what became of it. A new
 * validation rule must not change replays: `legacy`, the command under older rules, is replayed where its key is settled,
 * and never executes.
 */
export async function rejectInvalid(
  attempt: PaymentAttempt,
  errors: FieldError[],
  legacy?: PayCommand,
): Promise<PaymentResponse> {
  if (legacy !== undefined && (await keyState(attempt.userId, attempt.key)).state === "settled")
    return executePayment(attempt, legacy);
  return reject(attempt, "invalid-request", { errors });
}

/** Answers a request whose path names nothing that its user can see; the key is looked up as for a wrong body. */
export function rejectNotFound(attempt: PaymentAttempt): Promise<PaymentResponse> {
  return reject(attempt, "not-found", {});
}

async function reject(
  attempt: PaymentAttempt,
  name: "invalid-request" | "not-found",
  members: Partial<ProblemDocument>,
): Promise<PaymentResponse> {
  const record = await recordAndCount(
    attempt,
    () => keyState(attempt.userId, attempt.key),
    () => "invalid",
  );
  switch (record.state) {
    case "open":
      return problemOutcome(name, "no", members);
    case "settled":
      return problemOutcome(name, moneyMovedBy(record.payment), {
        ...members,
        payment: renderPayment(record.payment),
      });
    case "void":
      return problemOutcome("idempotency-key-void", "no");
    default:
      return record satisfies never;
  }
}
