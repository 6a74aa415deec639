/**
 * What people do on the proving ground, over HTTP, for as long as it lasts: pay orders, alone and several at once; send
 * money round in circles; refund; press again and again; send another payload under a used key; give up; ask anew.
 * Whoever does not learn an outcome asks again with the same key.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { PayOutcome } from "../../../lib/client/paying.ts";
import type { Payment } from "../../../lib/payment.ts";
import type { Actor, People } from "./people.ts";
import type { Random } from "./random.ts";

/**
 * L1: has a server do everything that there is to do, past the proxy, which leaves a server alone that answers nothing.
 * Resolves with what it did not do.
 */
export async function failsToServe({ rich }: People, baseUrl: string): Promise<string[]> {
  const [from, to] = rich;
  if (!from || !to) throw new Error("Bug: nobody is there.");
  const client = from.at(baseUrl);
  const transfer = { intentId: randomUUID(), payee: to.handle, amountMinor: "1", currency: "USD" };
  const paid = await client.transfer(transfer);
  const again = paid.type === "paid" ? await client.transfer(transfer, { key: paid.key }) : paid;
  const issued = await client.issueKey({ kind: "transfer", intentId: randomUUID() });
  const key = issued.type === "ok" && issued.value.state === "open" ? issued.value.key : undefined;
  const revoked = key === undefined ? undefined : await client.revokeKey(key);
  const isRevoked = revoked?.type === "ok" && revoked.value.state === "void";
  return Object.entries({
    "make a payment": paid.type === "paid",
    "tell it again": again.type === "paid" && again.isReplay,
    "issue a key": key !== undefined,
    "revoke it": isRevoked,
  }).flatMap(([what, isDone]) => (isDone ? [] : [what]));
}

export type Workload = {
  /** How many calls have come to an end, by what they came to. */
  readonly outcomes: ReadonlyMap<PayOutcome["type"], number>;
  /** Stops beginning anything new, and resolves once all is resolved, with the keys of what is not. */
  end(): Promise<string[]>;
};

/** Enough that locks meet and batches form; few enough that two cores are not all it shows. */
export const PROGRAMS = 48;
/** How often each of two requests is sent where both should meet in one server, and in one batch. */
const COPIES = 3;
/** People who send money round in a circle, both ways at once. */
const CIRCLE = 8;
/** Refunds of one payment at once. */
const REFUNDS_MAX = 6;
/** Whoever looks at a key looks again within this: soon enough to see it change, and others are to be served, too. */
const LOOK_AGAIN_MS = 40;
/** A payment is under way for about this long. */
const PAYING_MS = 60;
/** Sales to be refunded: few, so that several people refund one at the same time. Older ones are forgotten. */
const SALES_KEPT = 8;
/** A call that ended as unknown is made again, with its key, this often once the faults have stopped. */
const LAST_CALLS = 5;

type Call = { again: (key?: string) => Promise<PayOutcome>; key: string | undefined };
type Sale = { merchant: Actor; payment: Payment };

/** Starts what `programs` do at the same time, each one thing after another, until `end`. */
export function startWorkload({ rich, poor, merchants }: People, random: Random, programs: number): Workload {
  const outcomes = new Map<PayOutcome["type"], number>();
  const unknown: Call[] = [];
  const sales: Sale[] = [];
  const payers = [...rich, ...poor];
  let isOn = true;

  /** Notes what a call came to; keeps it for later where nobody knows. */
  async function ends(call: (key?: string) => Promise<PayOutcome>): Promise<PayOutcome> {
    const outcome = await call();
    outcomes.set(outcome.type, (outcomes.get(outcome.type) ?? 0) + 1);
    if (outcome.type === "unknown") unknown.push({ again: call, key: outcome.key });
    return outcome;
  }

  const amount = () => String(1 + random.int(900));
  /** A third of an amount at most, and at least one minor unit. */
  const partOf = (amountMinor: string) =>
    String(1n + (BigInt(random.int(1_000)) % (1n + BigInt(amountMinor) / 3n)));
  const withKey = (key: string | undefined) => (key === undefined ? {} : { key });

  function transferOf(from: Actor, to: Actor, amountMinor = amount(), intentId: string = randomUUID()) {
    const transfer = { intentId, payee: to.handle, amountMinor, currency: "USD" };
    return {
      intentId,
      transfer,
      send: (key?: string) => from.client.transfer(transfer, withKey(key)),
    };
  }

  /** Somebody, and the next one in the circle. */
  function neighbours(): [Actor, Actor] {
    const at = random.int(payers.length);
    const [from, to] = [payers[at], payers[(at + 1) % payers.length]];
    if (!from || !to) throw new Error("Bug: nobody is there.");
    return [from, to];
  }

  /** The key of a transfer, where it is open: what a form that was opened has. */
  async function openKey(from: Actor, intentId: string): Promise<string | undefined> {
    const issued = await from.client.issueKey({ kind: "transfer", intentId });
    return issued.type === "ok" && issued.value.state === "open" ? issued.value.key : undefined;
  }

  /** Several copies of each, at once. */
  const crowd = (...sends: (() => Promise<PayOutcome>)[]) =>
    Promise.all(Array.from({ length: COPIES }, () => sends.map((send) => send())).flat());

  const deeds: { weight: number; act: () => Promise<unknown> }[] = [
    {
      weight: 30,
      async act() {
        const merchant = random.pick(merchants);
        const [orderId, price] = [randomUUID(), amount()];
        const items = [{ description: "Thing", quantity: 1, amountMinor: price }];
        const put = await merchant.client.putOrder(orderId, {
          description: "A thing",
          currency: "USD",
          items,
        });
        if (put.type !== "ok") return;
        const buyers = Array.from({ length: 1 + random.int(3) }, () => random.pick(payers));
        const tries = buyers.map(({ client }) =>
          ends((key) => client.payOrder({ orderId, amountMinor: price, currency: "USD" }, withKey(key))),
        );
        for (const outcome of await Promise.all(tries)) {
          if (outcome.type === "paid" && !outcome.isReplay)
            sales.push({ merchant, payment: outcome.payment });
        }
        sales.splice(0, sales.length - SALES_KEPT);
      },
    },
    { weight: 25, act: () => ends(transferOf(...neighbours()).send) },
    {
      // Pressed several times at once.
      weight: 15,
      async act() {
        const [from, to] = neighbours();
        const { intentId, send } = transferOf(from, to);
        const opened = await openKey(from, intentId);
        if (opened === undefined) return;
        const presses = 2 + random.int(3);
        await Promise.all(Array.from({ length: presses }, () => ends((key) => send(key ?? opened))));
      },
    },
    {
      // Another payload under the same key, at once or later.
      weight: 8,
      async act() {
        const [from, to] = neighbours();
        const one = transferOf(from, to);
        const other = transferOf(from, to, amount(), one.intentId);
        const opened = await openKey(from, one.intentId);
        if (opened === undefined) return;
        const sending = (send: typeof one.send) => () => ends((key) => send(key ?? opened));
        if (random.chance(50)) await sending(one.send)();
        await crowd(sending(one.send), sending(other.send));
      },
    },
    {
      // Given up while it is paid. And a copy of the payment that comes late, whatever the answer was.
      weight: 8,
      async act() {
        const [from, to] = neighbours();
        const { transfer, intentId } = transferOf(from, to);
        const opened = await openKey(from, intentId);
        if (opened === undefined) return;
        const send = (key?: string) =>
          ends((later) => from.client.transfer(transfer, { key: later ?? key ?? opened }));
        if (random.chance(75)) {
          const soon = sleep(random.int(PAYING_MS)).then(() => from.client.revokeKey(opened));
          await Promise.all([send(), soon]);
        } else await from.client.revokeKey(opened);
        await send(opened);
      },
    },
    {
      // Somebody else sends the same key, at the same time and for the same thing. To them it is void.
      weight: 4,
      async act() {
        const [from, to] = neighbours();
        const { intentId, transfer } = transferOf(from, to);
        const opened = await openKey(from, intentId);
        if (opened === undefined) return;
        const stranger = random.pick(rich.filter((one) => one !== from && one !== to));
        const theirs = { ...transfer, intentId: randomUUID() };
        await crowd(
          () => ends((key) => from.client.transfer(transfer, { key: key ?? opened })),
          () => ends((key) => stranger.client.transfer(theirs, { key: key ?? opened })),
        );
      },
    },
    {
      // Looking at the key again and again while it is paid, as a page that checks does.
      weight: 8,
      async act() {
        const [from, to] = neighbours();
        const { intentId, send } = transferOf(from, to);
        const opened = await openKey(from, intentId);
        if (opened === undefined) return;
        let isPaying = true;
        const paying = ends((key) => send(key ?? opened)).finally(() => {
          isPaying = false;
        });
        while (isPaying) {
          await from.client.keyState(opened);
          await sleep(random.int(LOOK_AGAIN_MS));
        }
        await paying;
      },
    },
    {
      // The same purpose under as many keys as one gets.
      weight: 6,
      async act() {
        const [from, to] = neighbours();
        const { send } = transferOf(from, to);
        await Promise.all([ends(send), ends(send)]);
        await ends(send);
      },
    },
    {
      // Round a circle, both ways at once: whoever locks accounts in the order in which they are named gets stuck.
      weight: 3,
      async act() {
        const first = random.int(payers.length);
        const circle = Array.from({ length: CIRCLE }, (_, n) => payers[(first + n) % payers.length]);
        const transfers = circle.flatMap((one, n) => {
          const next = circle[(n + 1) % CIRCLE];
          if (!one || !next) throw new Error("Bug: the circle is not closed.");
          return [
            { from: one, ...transferOf(one, next) },
            { from: next, ...transferOf(next, one) },
          ];
        });
        // With keys that they have already, so that all are there at the same time.
        const keys = await Promise.all(transfers.map(({ from, intentId }) => openKey(from, intentId)));
        await Promise.all(
          transfers.map(async ({ send }, n) => keys[n] && ends((key) => send(key ?? keys[n]))),
        );
      },
    },
    {
      // More than is there.
      weight: 6,
      act: () => ends(transferOf(random.pick(poor), random.pick(rich), "100000").send),
    },
    {
      weight: 10,
      async act() {
        const sale = sales[random.int(sales.length)];
        if (!sale) return;
        const { client } = sale.merchant;
        const parts = Array.from({ length: 1 + random.int(REFUNDS_MAX) }, () => ({
          intentId: randomUUID(),
          paymentId: sale.payment.id,
          ...(random.chance(80) && { amountMinor: partOf(sale.payment.amountMinor) }),
        }));
        const refunds = parts.map((part) => () => ends((key) => client.refund(part, withKey(key))));
        // The first one makes the row of the total, and all others find it.
        if (random.chance(50)) await refunds.shift()?.();
        await Promise.all(refunds.map((refund) => refund()));
      },
    },
  ];
  const lots = deeds.flatMap(({ weight, act }) => Array.from({ length: weight }, () => act));

  const busy = Array.from({ length: programs }, async () => {
    while (isOn) await random.pick(lots)();
  });

  return {
    outcomes,
    async end() {
      isOn = false;
      await Promise.all(busy);
      for (let call = 1; call <= LAST_CALLS && unknown.length > 0; call += 1) {
        for (const { again, key } of unknown.splice(0)) await ends((later) => again(later ?? key));
      }
      return unknown.map(({ key }) => key ?? "none was issued");
    },
  };
}
