/** The use case behind every route and form that pays: one user, one key, one command, one answer. */
import type { Purpose } from "../../lib/api/payment.ts";
import { countdown, DEADLINE_MS } from "../execution/deadline.ts";
import { traced } from "../execution/tracing.ts";
import { openAccounts } from "../ledger/accounts.ts";
import { hashOf, type PayCommand, queryableCommand } from "./command.ts";
import { type Found, lookUp, lookUpFor, type Resolved } from "./look-up.ts";
import type { PaymentRow } from "./row.ts";
import { settle } from "./settle.ts";
import type { RefusalReason, SettlementEntry } from "./settlement.ts";
import { CURRENT_RENDERER } from "./views/render.ts";

export type PayResult =
  /** Paid or declined, now (`replayed: false`) or by an earlier request with this key. */
  | { type: "settled"; payment: PaymentRow; replayed: boolean }
  /** The key is settled for another payload (then with its payment), or open for another purpose. Nothing executed. */
  | { type: "reused"; payment?: PaymentRow }
  /** Cannot be executed as it is. Nothing recorded, nothing consumed: the key is still open. */
  | { type: "refused"; reason: RefusalReason }
  /** The key is not open for this user: it never executed and never will. */
  | { type: "void" };

const KINDS = {
  "pay-order": "order",
  transfer: "transfer",
  refund: "refund",
  "top-up": "top-up",
  funding: "funding",
  adjustment: "adjustment",
} as const;

/** What people read beside the amount: a transfer's note, a refund's or an operator's reason. */
function noteOf(command: PayCommand): string | null {
  switch (command.operation) {
    case "transfer":
      return command.note ?? null;
    case "funding":
    case "adjustment":
      return command.note;
    case "refund":
      return command.reason ?? null;
    case "pay-order":
    case "top-up":
      return null;
    default:
      return command satisfies never;
  }
}

function isFor(openFor: { kind: string; purposeId: string }, purpose: Purpose): boolean {
  const purposeId = purpose.kind === "order" ? purpose.orderId : purpose.intentId;
  return openFor.kind === purpose.kind && openFor.purposeId === purposeId;
}

function entryOf(
  userId: string,
  key: string,
  command: PayCommand,
  requestHash: Buffer,
  resolved: Resolved,
): SettlementEntry {
  return {
    userId,
    key,
    kind: KINDS[command.operation],
    orderId: command.operation === "pay-order" ? command.orderId : null,
    refundOf: command.operation === "refund" ? command.paymentId : null,
    debitAccountId: resolved.debitAccountId,
    creditAccountId: resolved.creditAccountId,
    amountMinor: command.amountMinor === undefined ? null : BigInt(command.amountMinor),
    currency: resolved.currency,
    note: noteOf(command),
    requestHash,
    renderer: CURRENT_RENDERER,
    ...((command.operation === "refund" || command.operation === "adjustment") && {
      actorId: command.actorId,
    }),
    ...(command.operation === "adjustment" && { adjustmentId: command.adjustmentId }),
  };
}

/**
 * Finds whose `apiKey` is and, of them, what `pay` reads first, in one statement: for `pay` to go on from, once the request is
 * authorized. Decides nothing.
 */
export function readAhead(apiKey: string, key: string, command: PayCommand): Promise<Found> {
  return traced("once.resolve", {}, () => lookUpFor(apiKey, key, queryableCommand(command)));
}

/**
 * Pays, or finds the outcome of `key`. However often it is called with the same key, at most one payment exists, and every
 * call that returns an outcome returns the same one. Resolving and settling share one deadline.
 *
 * `shownFor`: the purpose that a page has shown. An open key of another one executes nothing, even where the command would
 * fit it: what the page asked about was not what is paid. A program names no purpose beside its key.
 *
 * `ahead`: what `readAhead` has found of this very user, key and command, for this request.
 *
 * Throws OutcomeUnknown where the database did not respond in time; the same call again then finds the outcome.
 */
export async function pay(
  userId: string,
  key: string,
  command: PayCommand,
  shownFor?: Purpose,
  ahead?: Resolved,
): Promise<PayResult> {
  const remaining = countdown(DEADLINE_MS);
  const requestHash = hashOf(command);
  const queried = queryableCommand(command);
  const resolve = () => traced("once.resolve", {}, () => lookUp(userId, key, queried));
  let resolved = ahead ?? (await resolve());
  if (shownFor !== undefined && resolved.openFor !== undefined && !isFor(resolved.openFor, shownFor))
    return { type: "reused" };
  if (resolved.lacksAccount.length > 0 && !resolved.earlier) {
    // A currency that was opened since they signed in last.
    for (const ownerId of resolved.lacksAccount) await openAccounts(ownerId);
    resolved = await resolve();
  }
  if (resolved.earlier) {
    const { payment, requestHash: settledHash } = resolved.earlier;
    return settledHash.equals(requestHash)
      ? { type: "settled", payment, replayed: true }
      : { type: "reused", payment };
  }
  const settlement = await settle(entryOf(userId, key, queried, requestHash, resolved), remaining());
  switch (settlement.verdict) {
    case "settled":
    case "replayed":
      return { type: "settled", payment: settlement.payment, replayed: settlement.verdict === "replayed" };
    case "reused":
      return { type: "reused", payment: settlement.payment };
    case "refused":
      return { type: "refused", reason: settlement.reason };
    case "mismatch":
      if (resolved.subjectFound) return { type: "reused" };
      return {
        type: "refused",
        reason: command.operation === "refund" ? "payment_unknown" : "order_unknown",
      };
    case "void":
      return { type: "void" };
    default:
      return settlement satisfies never;
  }
}
