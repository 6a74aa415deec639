/** The request to pay before anything is resolved, and its hash, which distinguishes a replay from a reuse of the key. */
import { createHash } from "node:crypto";

export type PayCommand =
  | { operation: "pay-order"; orderId: string; amountMinor: string; currency: string }
  | { operation: "transfer"; payee: string; amountMinor: string; currency: string; note?: string | undefined }
  | {
      operation: "refund";
      paymentId: string;
      amountMinor?: string | undefined;
      /** Stands in the payment as its note. */
      reason?: string | undefined;
      /** The operator who refunds for whoever received the payment; then with a reason. */
      actorId?: string | undefined;
    }
  | { operation: "top-up"; amountMinor: string; currency: string }
  /** An operator puts money into the account of `accountOf` (a handle), or takes it out; the note says why. */
  | {
      operation: "funding";
      direction: "credit" | "debit";
      accountOf: string;
      amountMinor: string;
      currency: string;
      note: string;
    }
  /** An operator approves what another asked for; what is moved is what the request says. */
  | {
      operation: "adjustment";
      adjustmentId: string;
      debitAccountId: string;
      creditAccountId: string;
      amountMinor: string;
      currency: string;
      note: string;
      actorId: string;
    };

/** The first member of what is hashed. A changed canonical form gets another, and old hashes stay what they are. */
const CANONICAL_VERSION = "once-command-1";

/**
 * SHA-256 over the canonical command: operation, ids, and the fields as they were sent (a handle as typed, an absent
 * field absent), members sorted, one spelling of each value. The same for the API and the forms.
 */
export function hashOf(command: PayCommand): Buffer {
  const fields = Object.entries(command)
    .filter(([name, value]) => name !== "operation" && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([CANONICAL_VERSION, command.operation, fields]))
    .digest();
}

/** NUL, and halves of a surrogate pair: what PostgreSQL's text cannot hold. */
const NO_TEXT = /\0|\p{Surrogate}/u;
/** Names nobody and moves nothing. */
const NOTHING: PayCommand = { operation: "transfer", payee: "", amountMinor: "0", currency: "" };

/**
 * What the database is asked of a command. One with a text that it cannot hold was never settled and never will be: it is
 * told from others by its hash alone.
 */
export function queryableCommand(command: PayCommand): PayCommand {
  return Object.values(command).some((field) => field !== undefined && NO_TEXT.test(field))
    ? NOTHING
    : command;
}
