/** Runs a generated program against the database and records its history. */
import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { InternalPurpose } from "../../../lib/api/payment.ts";
import type { PaymentRow } from "../../payments/row.ts";
import type { SettlementEntry } from "../../payments/settlement.ts";
import { entry } from "../fixtures/entries.ts";
import { CORRUPTIONS } from "./corruptions.ts";
import { execute, type HistoryEvent, issuedKey, type Operation, paymentsIn } from "./history.ts";
import type { Currency, EntryPlan, PurposeRef, Step } from "./program.ts";
import { type Participant, pick, type Scenario } from "./scenario.ts";

/** A valid request for a purpose. */
type Request = { userId: string; purpose: InternalPurpose; fields: Partial<SettlementEntry> };

export class ProgramRunner {
  readonly events: HistoryEvent[] = [];
  readonly #scenario: Scenario;
  #clock = 0;
  /** Shared by all clients, so that they contend: the keys of each purpose, and the payments answered so far. */
  readonly #keys = new Map<string, [Request, string[]]>();
  readonly #knownPayments = new Map<string, PaymentRow>();
  readonly #intents = new Map<string, string>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Settling issues the keys that it needs first. */
  async step(client: number, step: Step): Promise<void> {
    switch (step.type) {
      case "issue": {
        const request = this.#request(step.purposeRef);
        if (request) await this.#issue(client, request);
        return;
      }
      case "revoke":
      case "read": {
        if (this.#keys.size === 0) return;
        const [request, keys] = pick([...this.#keys.values()], step.known);
        const [userId, key] = [request.userId, keyOfAge(keys, step.age)];
        await this.#do(client, { type: step.type, userId, key });
        return;
      }
      case "cancel": {
        const { id, merchant } = pick(this.#scenario.orders, step.order);
        await this.#do(client, { type: "cancel", merchantId: merchant.id, orderId: id });
        return;
      }
      case "settle": {
        const entries: SettlementEntry[] = [];
        for (const plan of step.entries) {
          const request = this.#request(plan.purposeRef, plan.portion);
          if (!request) continue;
          if (!this.#keys.has(nameOf(request))) await this.#issue(client, request);
          entries.push(this.#entry(request, plan));
        }
        await this.#do(client, { type: "settle", entries });
        return;
      }
      default:
        return step satisfies never;
    }
  }

  async #do(client: number, operation: Operation): Promise<unknown> {
    const invokedAt = this.#clock++;
    const answer = await execute(operation);
    this.events.push({ client, operation, invokedAt, returnedAt: this.#clock++, answer });
    for (const payment of paymentsIn(answer)) this.#knownPayments.set(payment.id, payment);
    return answer;
  }

  async #issue(client: number, request: Request): Promise<void> {
    const { userId, purpose } = request;
    const key = issuedKey(await this.#do(client, { type: "issue", userId, purpose }));
    const [, known] = this.#keys.get(nameOf(request)) ?? [request, []];
    if (key !== undefined && !known.includes(key))
      this.#keys.set(nameOf(request), [request, [...known, key]]);
  }

  #key(request: Request, age: number): string {
    const [, keys] = this.#keys.get(nameOf(request)) ?? [request, []];
    return keyOfAge(keys, age);
  }

  #intent(purposeRef: { kind: string; intent: number }, user: Participant): string {
    const name = `${purposeRef.kind} ${purposeRef.intent} ${user.id}`;
    const id = this.#intents.get(name) ?? randomUUID();
    this.#intents.set(name, id);
    return id;
  }

  /** Undefined for a refund while there is no payment to refund. */
  #request(purposeRef: PurposeRef, portion: EntryPlan["portion"] = "all"): Request | undefined {
    const { people, operator, second, adjustments, orders, funding, plan } = this.#scenario;
    switch (purposeRef.kind) {
      case "order": {
        const order = pick(orders, purposeRef.order);
        const payer = pick(people, people.indexOf(order.merchant) + purposeRef.distance);
        return {
          userId: payer.id,
          purpose: { kind: "order", orderId: order.id },
          fields: {
            orderId: order.id,
            debitAccountId: accountOf(payer, order.currency),
            creditAccountId: order.accountId,
            amountMinor: order.total,
            currency: order.currency,
          },
        };
      }
      case "transfer":
      case "top-up": {
        const [user, intent] = [pick(people, purposeRef.user), pick(plan.intents, purposeRef.intent)];
        const to = purposeRef.kind === "top-up" ? user : pick(people, purposeRef.user + intent.distance);
        const { amount: amountMinor, currency } = intent;
        return {
          userId: user.id,
          purpose: { kind: purposeRef.kind, intentId: this.#intent(purposeRef, user) },
          fields: {
            debitAccountId: purposeRef.kind === "top-up" ? funding[currency] : accountOf(user, currency),
            creditAccountId: accountOf(to, currency),
            amountMinor,
            currency,
          },
        };
      }
      case "funding": {
        const [user, intent] = [pick(people, purposeRef.user), pick(plan.intents, purposeRef.intent)];
        const by = purposeRef.imposter ? user : operator;
        const { amount: amountMinor, currency } = intent;
        const [house, wallet] = [funding[currency], accountOf(user, currency)];
        return {
          userId: by.id,
          purpose: { kind: "funding", intentId: this.#intent(purposeRef, by) },
          fields: {
            debitAccountId: purposeRef.direction === "credit" ? house : wallet,
            creditAccountId: purposeRef.direction === "credit" ? wallet : house,
            amountMinor,
            currency,
            note: "A correction",
          },
        };
      }
      case "adjustment": {
        if (adjustments.length === 0) return undefined;
        const { id, debit, credit, amount, currency, reason } = pick(adjustments, purposeRef.adjustment);
        const approver = { second, asker: operator, imposter: pick(people, purposeRef.adjustment) };
        return {
          userId: operator.id,
          purpose: { kind: "adjustment", intentId: id },
          fields: {
            adjustmentId: id,
            actorId: approver[purposeRef.by].id,
            debitAccountId: debit,
            creditAccountId: credit,
            amountMinor: amount,
            currency,
            note: reason,
          },
        };
      }
      case "refund": {
        const sales = [...this.#knownPayments.values()].filter(
          ({ status, kind }) =>
            !purposeRef.sold || (status === "succeeded" && (kind === "order" || kind === "transfer")),
        );
        if (sales.length === 0) return undefined;
        const sale = pick(sales, purposeRef.sale);
        const payee = people.find(({ accounts }) => Object.values(accounts).includes(sale.payeeAccountId));
        if (!payee) return undefined;
        const part = sale.amountMinor / 2n + 1n;
        const actor = { payee: undefined, operator, imposter: payee }[purposeRef.by];
        return {
          userId: payee.id,
          purpose: { kind: "refund", paymentId: sale.id, intentId: this.#intent(purposeRef, payee) },
          fields: {
            refundOf: sale.id,
            debitAccountId: sale.payeeAccountId,
            creditAccountId: sale.payerAccountId,
            amountMinor: { rest: null, all: sale.amountMinor, part }[portion],
            currency: sale.currency,
            ...(actor && { actorId: actor.id, note: "Sent back" }),
          },
        };
      }
      default:
        return purposeRef satisfies never;
    }
  }

  #entry(request: Request, { age, corruption }: EntryPlan): SettlementEntry {
    const { userId, purpose, fields } = request;
    const valid = { userId, key: this.#key(request, age), kind: purpose.kind, ...fields };
    if (corruption === "none") return entry(valid);
    const { people } = this.#scenario;
    const at = people.findIndex(({ id }) => id === userId);
    return entry({ ...valid, ...CORRUPTIONS[corruption](valid, (distance) => pick(people, at + distance)) });
  }
}

/** The latest of `keys`, or the one `age` before it; where there is none, a key that nobody was given. */
const keyOfAge = (keys: readonly string[], age: number) =>
  keys[Math.max(0, keys.length - 1 - age)] ?? uuidv7();
const purposeId = (purpose: InternalPurpose) =>
  purpose.kind === "order" ? purpose.orderId : purpose.intentId;
const nameOf = ({ userId, purpose }: Request) => `${userId} ${purpose.kind} ${purposeId(purpose)}`;

/** The account in `currency`; where there is none, the one that everybody has, which then declines. */
function accountOf({ accounts }: Participant, currency: Currency): string | null {
  return accounts[currency] ?? accounts.USD ?? null;
}
