/** Plays a generated program in a world: turns what a step names by number into requests, and notes every answer. */
import { randomUUID } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { Purpose } from "../../../lib/payment.ts";
import type { PaymentRow } from "../../payments/row.ts";
import type { SettlementEntry } from "../../payments/settlement.ts";
import { entry } from "../fixtures/entries.ts";
import { ask, type Event, issuedKey, type Operation, paymentsIn } from "./history.ts";
import type { Currency, EntryPlan, Slot, Step, Twist } from "./program.ts";
import { type Citizen, pick, type World } from "./world.ts";

const MAX_MINOR = 9_223_372_036_854_775_807n;

/** What a slot comes to: who asks, for which purpose, and what the request says where nothing is wrong with it. */
type Request = { userId: string; purpose: Purpose; fields: Partial<SettlementEntry> };

export class Play {
  readonly events: Event[] = [];
  readonly #world: World;
  #clock = 0;
  /** What the clients tell each other: the keys of each purpose, and the payments that somebody heard of. */
  readonly #keys = new Map<string, [Request, string[]]>();
  readonly #heard = new Map<string, PaymentRow>();
  readonly #intents = new Map<string, string>();

  constructor(world: World) {
    this.#world = world;
  }

  /** Does one step as `client`. Before it settles, it issues the keys that nobody has yet. */
  async step(client: number, step: Step): Promise<void> {
    switch (step.type) {
      case "issue": {
        const request = this.#request(step.slot);
        if (request) await this.#issue(client, request);
        return;
      }
      case "revoke":
      case "look": {
        if (this.#keys.size === 0) return;
        const [request, keys] = pick([...this.#keys.values()], step.known);
        const [userId, key] = [request.userId, aged(keys, step.age)];
        await this.#do(client, { type: step.type, userId, key });
        return;
      }
      case "cancel": {
        const { id, merchant } = pick(this.#world.orders, step.order);
        await this.#do(client, { type: "cancel", merchantId: merchant.id, orderId: id });
        return;
      }
      case "settle": {
        const entries: SettlementEntry[] = [];
        for (const plan of step.entries) {
          const request = this.#request(plan.slot, plan.portion);
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
    const asked = this.#clock++;
    const answer = await ask(operation);
    this.events.push({ client, operation, asked, answered: this.#clock++, answer });
    for (const payment of paymentsIn(answer)) this.#heard.set(payment.id, payment);
    return answer;
  }

  async #issue(client: number, request: Request): Promise<void> {
    const { userId, purpose } = request;
    const key = issuedKey(await this.#do(client, { type: "issue", userId, purpose }));
    const [, known] = this.#keys.get(nameOf(request)) ?? [request, []];
    if (key !== undefined && !known.includes(key))
      this.#keys.set(nameOf(request), [request, [...known, key]]);
  }

  /** A key of the purpose that somebody was given, or one that nobody was. */
  #key(request: Request, age: number): string {
    const [, keys] = this.#keys.get(nameOf(request)) ?? [request, []];
    return aged(keys, age);
  }

  #intent(slot: { kind: string; intent: number }, user: Citizen): string {
    const name = `${slot.kind} ${slot.intent} ${user.id}`;
    const id = this.#intents.get(name) ?? randomUUID();
    this.#intents.set(name, id);
    return id;
  }

  /** Nothing where the slot is the refund of a payment, and nobody has heard of one yet. */
  #request(slot: Slot, portion: EntryPlan["portion"] = "all"): Request | undefined {
    const { people, orders, funding, plan } = this.#world;
    switch (slot.kind) {
      case "order": {
        const order = pick(orders, slot.order);
        const payer = pick(people, people.indexOf(order.merchant) + slot.distance);
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
        const [user, intent] = [pick(people, slot.user), pick(plan.intents, slot.intent)];
        const to = slot.kind === "top-up" ? user : pick(people, slot.user + intent.distance);
        const { amount: amountMinor, currency } = intent;
        return {
          userId: user.id,
          purpose: { kind: slot.kind, intentId: this.#intent(slot, user) },
          fields: {
            debitAccountId: slot.kind === "top-up" ? funding[currency] : accountOf(user, currency),
            creditAccountId: accountOf(to, currency),
            amountMinor,
            currency,
          },
        };
      }
      case "refund": {
        const sales = [...this.#heard.values()].filter(
          ({ status, kind }) =>
            !slot.sold || (status === "succeeded" && (kind === "order" || kind === "transfer")),
        );
        if (sales.length === 0) return undefined;
        const sale = pick(sales, slot.sale);
        const payee = people.find(({ accounts }) => Object.values(accounts).includes(sale.payeeAccountId));
        if (!payee) return undefined;
        const part = sale.amountMinor / 2n + 1n;
        return {
          userId: payee.id,
          purpose: { kind: "refund", paymentId: sale.id, intentId: this.#intent(slot, payee) },
          fields: {
            refundOf: sale.id,
            debitAccountId: sale.payeeAccountId,
            creditAccountId: sale.payerAccountId,
            amountMinor: { rest: null, all: sale.amountMinor, part }[portion],
            currency: sale.currency,
          },
        };
      }
      default:
        return slot satisfies never;
    }
  }

  #entry(request: Request, { age, twist }: EntryPlan): SettlementEntry {
    const { userId, purpose, fields } = request;
    const own = { userId, key: this.#key(request, age), kind: purpose.kind, ...fields };
    return entry({ ...own, ...this.#twisted(own, twist) });
  }

  #twisted(own: Partial<SettlementEntry>, twist: Twist): Partial<SettlementEntry> {
    switch (twist) {
      case "none":
        return {};
      case "other-amount":
        return { amountMinor: (own.amountMinor ?? 0n) + 1n };
      case "other-note":
        return { note: "for you" };
      case "other-user": {
        const at = this.#world.people.findIndex(({ id }) => id === own.userId);
        const other = pick(this.#world.people, at + 1);
        return { userId: other.id, debitAccountId: other.accounts.USD ?? null };
      }
      case "other-payee": {
        const at = this.#world.people.findIndex(({ id }) => id === own.userId);
        return { creditAccountId: pick(this.#world.people, at + 2).accounts.USD ?? null };
      }
      case "other-order":
        return { orderId: randomUUID() };
      case "other-currency":
        return { currency: own.currency === "USD" ? "JPY" : "USD" };
      case "never-issued":
        return { key: uuidv7() };
      case "no-amount":
        return { amountMinor: null };
      case "zero":
        return { amountMinor: 0n };
      case "huge":
        return { amountMinor: MAX_MINOR };
      case "no-currency":
        return { currency: null };
      case "no-payer":
        return { debitAccountId: null };
      case "no-payee":
        return { creditAccountId: randomUUID() };
      case "short-hash":
        return { requestHash: Buffer.alloc(1) };
      case "absurd-kind":
        return { kind: "gift" } as unknown as Partial<SettlementEntry>;
      default:
        return twist satisfies never;
    }
  }
}

/** The latest of `keys`, or the one `age` before it; where there is none, a key that nobody was given. */
const aged = (keys: readonly string[], age: number) => keys[Math.max(0, keys.length - 1 - age)] ?? uuidv7();
const purposeId = (purpose: Purpose) => (purpose.kind === "order" ? purpose.orderId : purpose.intentId);
const nameOf = ({ userId, purpose }: Request) => `${userId} ${purpose.kind} ${purposeId(purpose)}`;

/** The account in `currency`; where there is none, the one that everybody has, which then declines. */
function accountOf({ accounts }: Citizen, currency: Currency): string | null {
  return accounts[currency] ?? accounts.USD ?? null;
}
