/**
 * The table of failures: one row per kind, with one of three dispositions. What is certain is passed on: the payer learns
 * why, and that no money moved. What says nothing about the outcome is retried with the same key, which finds it. What
 * fails after the outcome is durable is ignored: it may not affect the payment.
 *
 * `isDefinitive` and `afterwards` decide by these rows; failures.test.ts here and in server/ provokes each of them and
 * compares the database with its row.
 */
import type { DeclineCode } from "../../lib/api/payment.ts";
import type { ProblemName } from "../../lib/api/problems.ts";
import { errorCode } from "../execution/error-code.ts";
import type { RefusalReason, Settlement } from "./settlement.ts";

type Disposition = "pass on" | "retry" | "ignore";

/** The state of the key before the failure, as its user could know it. */
type KeyState =
  /** Open, and no statement under it is unanswered. */
  | "open"
  /** A statement was sent under it, and its error does not say whether it was executed. */
  | "in doubt"
  /** It has its outcome: paid or declined. */
  | "settled"
  /** Not open for this user, and never executed for them. */
  | "void";

export type FailureRow = {
  key: KeyState;
  disposition: Disposition;
  /** Whether this failure is itself the outcome that is recorded, for ever. That consumes the key; nothing else does. */
  recorded: boolean;
};

/** An outcome: a delayed copy of a declined request can never charge later. */
const DECLINED: FailureRow = { key: "open", disposition: "pass on", recorded: true };
/** Cannot be executed as it is; corrected, it can, with the same key. */
const REFUSED: FailureRow = { key: "open", disposition: "pass on", recorded: false };
/** Postgres, or the driver before it sent anything, rejected the statement for what it is: a bug of ours. */
const DEFINITIVE: FailureRow = { key: "open", disposition: "pass on", recorded: false };
/** Sent again with the same key, the statement executes or finds what it did before. */
const UNKNOWN: FailureRow = { key: "in doubt", disposition: "retry", recorded: false };
/** The payment and its answer are not affected. */
const AFTERWARDS: FailureRow = { key: "settled", disposition: "ignore", recorded: false };

/** After a decline: a new key for the same purpose may pay, or nothing ever will. */
type Declined = FailureRow & { retry: "new-key" | "never" };

/** What a failed settlement answers without executing, where no refusal says more. */
type Verdict = Exclude<Settlement["verdict"], "settled" | "replayed" | "refused">;

export const FAILURES = {
  declined: {
    insufficient_funds: { ...DECLINED, retry: "new-key" },
    order_already_paid: { ...DECLINED, retry: "never" },
    order_cancelled: { ...DECLINED, retry: "never" },
    order_expired: { ...DECLINED, retry: "never" },
    payee_closed: { ...DECLINED, retry: "never" },
    limit_exceeded: { ...DECLINED, retry: "new-key" },
    refund_exceeds_payment: { ...DECLINED, retry: "never" },
    currency_mismatch: { ...DECLINED, retry: "never" },
  } satisfies Record<DeclineCode, Declined>,

  refused: {
    malformed: REFUSED,
    not_operator: REFUSED,
    adjustment_unknown: REFUSED,
    same_operator: REFUSED,
    asker_not_operator: REFUSED,
    adjustment_ended: REFUSED,
    amount_not_positive: REFUSED,
    payment_unknown: REFUSED,
    order_unknown: REFUSED,
    payer_unknown: REFUSED,
    payee_unknown: REFUSED,
    house_account_mismatch: REFUSED,
    own_account: REFUSED,
    payee_is_payer: REFUSED,
    payer_closed: REFUSED,
    merchant_mismatch: REFUSED,
    amount_mismatch: REFUSED,
    not_your_sale: REFUSED,
    overflow: REFUSED,
  } satisfies Record<RefusalReason, FailureRow>,

  verdict: {
    mismatch: REFUSED,
    reused: { key: "settled", disposition: "pass on", recorded: false },
    void: { key: "void", disposition: "pass on", recorded: false },
  } satisfies Record<Verdict, FailureRow>,

  /** Requests that are rejected before settling, by the name of their problem. */
  request: {
    "idempotency-key-missing": REFUSED,
    "idempotency-key-malformed": REFUSED,
    unauthenticated: REFUSED,
    forbidden: REFUSED,
    "too-large": REFUSED,
    "unsupported-media-type": REFUSED,
    "invalid-request": REFUSED,
  } satisfies Partial<Record<ProblemName, FailureRow>>,

  /** Errors by their code: a SQLSTATE, its class (x for what may follow), or a code of the driver or the network. */
  thrown: {
    "0Axxx": DEFINITIVE, // feature not supported
    "22xxx": DEFINITIVE, // data exception
    "23xxx": DEFINITIVE, // integrity constraint violation
    "25000": DEFINITIVE, // our own guard against other isolation levels; the rest of its class is transient
    "42xxx": DEFINITIVE, // syntax error or access rule violation
    P0xxx: DEFINITIVE, // raised by PL/pgSQL
    UNDEFINED_VALUE: DEFINITIVE, // these three the driver raises before it sends anything
    NOT_TAGGED_CALL: DEFINITIVE,
    MAX_PARAMETERS_EXCEEDED: DEFINITIVE,

    "08xxx": UNKNOWN, // connection exception
    "25006": UNKNOWN, // read-only: a standby, or a primary on its way to become one
    "25P03": UNKNOWN, // idle_in_transaction_session_timeout
    "25P04": UNKNOWN, // transaction_timeout
    "40001": UNKNOWN, // serialization failure
    "40003": UNKNOWN, // statement completion unknown
    "40P01": UNKNOWN, // deadlock
    "42P05": UNKNOWN, // the prepared statement exists: a pooler between gave us another client's session
    "53xxx": UNKNOWN, // no connections, memory or disk left
    "55000": UNKNOWN, // asked for the WAL timeline during recovery: a standby
    "55P03": UNKNOWN, // lock_timeout
    "57014": UNKNOWN, // statement_timeout, or cancelled
    "57Pxx": UNKNOWN, // shutting down, crashed, starting up
    "58xxx": UNKNOWN, // system error
    XXxxx: UNKNOWN, // internal error
    "CONNECTION_*": UNKNOWN, // closed, destroyed or ended under the statement
    CONNECT_TIMEOUT: UNKNOWN,
    ECONNREFUSED: UNKNOWN,
    ECONNRESET: UNKNOWN,
    EPIPE: UNKNOWN,
    ETIMEDOUT: UNKNOWN,
    /** Also deadlines of our own, and cancelled waits for a standby. */
    "anything else": UNKNOWN,
  } satisfies Record<string, FailureRow>,

  afterwards: {
    "Recording the attempt": AFTERWARDS,
    "Mailing the receipt": AFTERWARDS,
    "Counting what was settled": AFTERWARDS,
  } satisfies Record<string, FailureRow>,
};

const THROWN: ReadonlyMap<string, FailureRow> = new Map(Object.entries(FAILURES.thrown));
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** The row of an error that a statement threw: that of its code, else of the narrowest class that has one. */
function rowOf(error: unknown): FailureRow {
  const code = errorCode(error) ?? "";
  const names = SQLSTATE.test(code)
    ? [code, `${code.slice(0, 3)}xx`, `${code.slice(0, 2)}xxx`]
    : [code, code.replace(/_.*/s, "_*")];
  for (const name of names) {
    const row = THROWN.get(name);
    if (row) return row;
  }
  return FAILURES.thrown["anything else"];
}

/**
 * Whether `error` proves that its statement had no effect and would have none if sent again. It says nothing about an
 * earlier statement under the same key: one that is in doubt remains so.
 */
export function isDefinitive(error: unknown): boolean {
  return rowOf(error).disposition === "pass on";
}

/** Runs what follows a durable outcome. Where the table says so, its failure is only logged. */
export function afterwards(what: keyof typeof FAILURES.afterwards, work: () => void): void {
  try {
    work();
  } catch (error) {
    if (FAILURES.afterwards[what].disposition !== "ignore") throw error;
    console.warn(`${what} failed; the payment stands.`, error);
  }
}
