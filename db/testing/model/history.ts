/** Operations and their answers, from the database and from the reference model, in a form that can be compared. */
import type { InternalPurpose } from "../../../lib/api/payment.ts";
import { issueKey } from "../../idempotency/issue.ts";
import { revokeKey } from "../../idempotency/revoke.ts";
import { keyState } from "../../idempotency/state.ts";
import { cancelOrder } from "../../orders/orders.ts";
import type { PaymentRow } from "../../payments/row.ts";
import type { SettlementEntry } from "../../payments/settlement.ts";
import { settleBatch } from "../fixtures/entries.ts";
import type { Model } from "./model.ts";

export type Operation =
  | { type: "issue"; userId: string; purpose: InternalPurpose }
  | { type: "revoke" | "read"; userId: string; key: string }
  | { type: "cancel"; merchantId: string; orderId: string }
  | { type: "settle"; entries: SettlementEntry[] };

export type HistoryEvent = {
  client: number;
  operation: Operation;
  /** Ticks of one logical clock, which give the real-time order. */
  invokedAt: number;
  returnedAt: number;
  answer: unknown;
};

/** Executes on the database, through the product's own code. */
export async function execute(operation: Operation): Promise<unknown> {
  switch (operation.type) {
    case "issue":
      return issueKey(operation.userId, operation.purpose);
    case "revoke":
      return revokeKey(operation.userId, operation.key);
    case "read":
      return keyState(operation.userId, operation.key);
    case "cancel": {
      const { type } = await cancelOrder(operation.merchantId, operation.orderId);
      return { type };
    }
    case "settle":
      return settleBatch(operation.entries);
    default:
      return operation satisfies never;
  }
}

/** Replays the event on the model, which issues the key that the database issued. */
export function replayOn(model: Model, { operation, answer }: HistoryEvent): unknown {
  switch (operation.type) {
    case "issue":
      return model.issue(
        operation.userId,
        operation.purpose,
        issuedKey(answer) ?? "a key of the model's own",
      );
    case "revoke":
      return model.revoke(operation.userId, operation.key);
    case "read":
      return model.read(operation.userId, operation.key);
    case "cancel":
      return model.cancel(operation.merchantId, operation.orderId);
    case "settle":
      return model.settle(operation.entries);
    default:
      return operation satisfies never;
  }
}

/** The open key that an answer to issuing carries. */
export function issuedKey(answer: unknown): string | undefined {
  const issued = answer as Awaited<ReturnType<typeof issueKey>>;
  return issued.type === "created" || issued.type === "found" ? issued.key : undefined;
}

/** Every payment in an answer. */
export function paymentsIn(answer: unknown): PaymentRow[] {
  return (Array.isArray(answer) ? answer : [answer]).flatMap(
    (one: { payment?: PaymentRow }) => one.payment ?? [],
  );
}

/** Times, which no two executions share; everything else in an answer is compared. */
const TIMES: ReadonlySet<string> = new Set(["settledAt", "expiresAt"]);

/** JSON with sorted members, and without times. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(
    value,
    (name, member: unknown) => {
      if (TIMES.has(name)) return undefined;
      if (typeof member === "bigint") return member.toString();
      if (Buffer.isBuffer(member)) return member.toString("hex");
      if (member instanceof Map) return Object.fromEntries([...member].sort(([a], [b]) => (a < b ? -1 : 1)));
      if (member === null || typeof member !== "object" || Array.isArray(member)) return member;
      return Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)));
    },
    1,
  );
}
