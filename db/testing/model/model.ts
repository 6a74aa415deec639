/** The reference model of keys and settling: an executable, sequential specification on plain maps, without SQL. */
import type { InternalPurpose } from "../../../lib/api/payment.ts";
import type { RefusalReason, SettlementEntry } from "../../payments/settlement.ts";
import type { Account, Acted, Adjustment, Books, Order, Outcome, Recorded, Transfer } from "./books.ts";
import { type Executable, evaluate } from "./rules.ts";

type Key = { userId: string; key: string; kind: string; purposeId: string; subjectId: string | null };

export type Settled =
  | { verdict: "settled" | "replayed" | "reused"; payment: Outcome }
  | { verdict: "refused"; reason: RefusalReason }
  | { verdict: "mismatch" | "void" };
export type Issued =
  | { type: "created" | "found"; key: string }
  | { type: "settled"; payment: Outcome }
  | { type: "not-found" | "other-subject" };
export type Ended = { state: "settled"; payment: Outcome } | { state: "void" };

/** What a daily limit counts: what a payer sends, not what a merchant gives back. */
const LIMITED: ReadonlySet<string> = new Set(["order", "transfer"]);

/** An outcome as it is answered: the hash is compared, never shown. */
function outcomeOf({ requestHash: _hash, ...outcome }: Recorded): Outcome {
  return outcome;
}

const ownKey = (userId: string, key: string) => `${userId} ${key}`;

export class Model implements Books {
  readonly accounts = new Map<string, Account>();
  readonly orders = new Map<string, Order>();
  readonly operators = new Set<string>();
  readonly adjustments = new Map<string, Adjustment>();
  /** The audit log's rows of payments, by payment. */
  readonly acted = new Map<string, Acted>();
  /** Open keys, and nothing else. */
  readonly keys = new Map<string, Key>();
  readonly outcomes = new Map<string, Recorded>();
  readonly refunded = new Map<string, bigint>();
  readonly transfers = new Map<string, Transfer>();

  clone(): Model {
    const copy = new Model();
    for (const [id, account] of this.accounts) copy.accounts.set(id, { ...account });
    for (const id of this.operators) copy.operators.add(id);
    for (const [id, order] of this.orders) copy.orders.set(id, { ...order });
    for (const [id, adjustment] of this.adjustments) copy.adjustments.set(id, { ...adjustment });
    // The values of the other maps are never changed.
    for (const [id, key] of this.keys) copy.keys.set(id, key);
    for (const [id, outcome] of this.outcomes) copy.outcomes.set(id, outcome);
    for (const [id, sum] of this.refunded) copy.refunded.set(id, sum);
    for (const [id, acted] of this.acted) copy.acted.set(id, acted);
    for (const [id, transfer] of this.transfers) copy.transfers.set(id, transfer);
    return copy;
  }

  /** Gets or creates the open key of a purpose; `fresh` is the key that a new one would be. */
  issue(userId: string, purpose: InternalPurpose, fresh: string): Issued {
    const wanted = {
      kind: purpose.kind,
      purposeId: purpose.kind === "order" ? purpose.orderId : purpose.intentId,
      subjectId: purpose.kind === "refund" ? purpose.paymentId : null,
    };
    if (purpose.kind === "order" && !this.orders.has(purpose.orderId)) return { type: "not-found" };
    if (purpose.kind === "funding" && !this.operators.has(userId)) return { type: "not-found" };
    if (purpose.kind === "adjustment" && this.adjustments.get(purpose.intentId)?.askedBy !== userId)
      return { type: "not-found" };
    if (purpose.kind === "refund") {
      const payee = [...this.outcomes.values()].find(({ id }) => id === purpose.paymentId)?.payeeAccountId;
      if (payee === undefined || this.accounts.get(payee)?.ownerId !== userId) return { type: "not-found" };
    }
    const open = [...this.keys.values()].find(
      (key) => key.userId === userId && key.kind === wanted.kind && key.purposeId === wanted.purposeId,
    );
    if (open && open.subjectId !== wanted.subjectId) return { type: "other-subject" };
    if (open) return { type: "found", key: open.key };
    const paid = this.#paid(userId, wanted.kind, wanted.purposeId);
    if (paid && paid.subjectId !== wanted.subjectId) return { type: "other-subject" };
    if (paid) return { type: "settled", payment: outcomeOf(paid) };
    this.keys.set(ownKey(userId, fresh), { userId, key: fresh, ...wanted });
    return { type: "created", key: fresh };
  }

  revoke(userId: string, key: string): Ended {
    this.keys.delete(ownKey(userId, key));
    const outcome = this.outcomes.get(ownKey(userId, key));
    return outcome ? { state: "settled", payment: outcomeOf(outcome) } : { state: "void" };
  }

  read(userId: string, key: string): Ended | { state: "open" } {
    return this.keys.has(ownKey(userId, key)) ? { state: "open" } : this.revoke(userId, key);
  }

  cancel(merchantId: string, orderId: string): { type: "cancelled" | "paid" | "not-found" } {
    const order = this.orders.get(orderId);
    if (!order || order.merchantId !== merchantId) return { type: "not-found" };
    if (order.paidBy !== null) return { type: "paid" };
    order.cancelled = true;
    return { type: "cancelled" };
  }

  /** Entries are executed in order; one without an outcome is answered with what a later one of its key got. */
  settle(entries: readonly SettlementEntry[]): Settled[] {
    const first = entries.map((entry) => this.#settleOne(entry));
    return first.map((answer, n) => {
      const entry = entries[n];
      return (answer.verdict === "refused" || answer.verdict === "mismatch") && entry
        ? (this.#recorded(entry) ?? answer)
        : answer;
    });
  }

  /** The outcome that the entry's key has already, for the same request or for another. */
  #recorded(entry: SettlementEntry): Settled | undefined {
    const outcome = this.outcomes.get(ownKey(entry.userId, entry.key));
    if (!outcome) return undefined;
    const same = outcome.requestHash === entry.requestHash.toString("hex");
    return { verdict: same ? "replayed" : "reused", payment: outcomeOf(outcome) };
  }

  #paid(userId: string, kind: string, purposeId: string) {
    return [...this.outcomes.values()].find(
      (p) => p.userId === userId && p.kind === kind && p.purposeId === purposeId && p.status === "succeeded",
    );
  }

  #settleOne(entry: SettlementEntry): Settled {
    const recorded = this.#recorded(entry);
    if (recorded) return recorded;
    const key = this.keys.get(ownKey(entry.userId, entry.key));
    if (!key) return { verdict: "void" };
    const fits =
      key.kind === entry.kind &&
      entry.orderId === (key.kind === "order" ? key.purposeId : null) &&
      entry.refundOf === key.subjectId &&
      (entry.adjustmentId ?? null) === (key.kind === "adjustment" ? key.purposeId : null);
    if (!fits) return { verdict: "mismatch" };

    const evaluated = evaluate(this, entry);
    if (evaluated.verdict === "refused") return evaluated;
    const { amount, decline, debitId, creditId, currency } = evaluated;
    const payment: Outcome = {
      userId: entry.userId,
      id: entry.key,
      kind: key.kind,
      purposeId: key.purposeId,
      subjectId: key.subjectId,
      status: decline === undefined ? "succeeded" : "declined",
      declineCode: decline ?? null,
      amountMinor: amount,
      currency,
      payerAccountId: debitId,
      payeeAccountId: creditId,
      note: entry.note,
      renderer: entry.renderer,
    };
    this.keys.delete(ownKey(entry.userId, entry.key));
    this.outcomes.set(ownKey(entry.userId, entry.key), {
      ...payment,
      requestHash: entry.requestHash.toString("hex"),
    });
    this.#writeDown(entry, payment);
    if (decline === undefined) this.#move(entry, evaluated);
    return { verdict: "settled", payment };
  }

  /** What an operator did is written to the audit log with its outcome, and ends what was asked for. */
  #writeDown(entry: SettlementEntry, { id, status }: Outcome): void {
    const actorId = entry.kind === "funding" ? entry.userId : entry.actorId;
    if (actorId === undefined) return;
    const actions: Record<string, string> = { funding: "fund", adjustment: "adjustment-approve" };
    this.acted.set(id, { actorId, action: actions[entry.kind] ?? "refund" });
    const asked = this.adjustments.get(entry.adjustmentId ?? "");
    if (asked) asked.state = status === "succeeded" ? "done" : "declined";
  }

  #move(entry: SettlementEntry, { amount, debit, credit }: Executable): void {
    debit.balance -= amount;
    debit.version += 1n;
    if (LIMITED.has(entry.kind)) debit.dayOut += amount;
    credit.balance += amount;
    credit.version += 1n;
    this.transfers.set(entry.key, {
      debitBalance: debit.balance,
      debitVersion: debit.version,
      creditBalance: credit.balance,
      creditVersion: credit.version,
    });
    const order = this.orders.get(entry.orderId ?? "");
    if (order) order.paidBy = entry.key;
    if (entry.refundOf !== null)
      this.refunded.set(entry.refundOf, (this.refunded.get(entry.refundOf) ?? 0n) + amount);
  }
}
