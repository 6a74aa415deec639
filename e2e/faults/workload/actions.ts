/** What clients do: pay orders, send money, refund, retry, race, reuse keys, revoke, and overdraw. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Payment } from "../../../lib/api/payment.ts";
import type { PayOutcome } from "../../../lib/client/pay-once.ts";
import { type Actor, newOrder, type People } from "./people.ts";
import type { Random } from "./random.ts";

/** A payment that can be repeated under the key that it got. */
export type Call = (key?: string) => Promise<PayOutcome>;
type Action = () => Promise<unknown>;

/** How often each of two requests is sent where both should meet in one server, and in one batch. */
const COPIES = 3;
const CIRCLE = 8;
const CONCURRENT_REFUNDS_MAX = 6;
/** Short enough to see a key change, long enough that others are served, too. */
const POLL_INTERVAL_MS = 40;
/** A payment is in flight for about this long. */
const PAYMENT_MS = 60;
/** The latest sales: few, so that concurrent refunds share one. */
const SALES_KEPT = 8;

/** Each action as often as its weight says. `track` counts a call's outcome, and repeats the call where it is unknown. */
export function weightedActions(
  { rich, poor, merchants }: People,
  random: Random,
  track: (call: Call) => Promise<PayOutcome>,
): Action[] {
  const sales: { merchant: Actor; payment: Payment }[] = [];
  const payers = [...rich, ...poor];

  const amount = () => String(1 + random.int(900));
  /** A third of an amount at most, and at least one minor unit. */
  const partOf = (amountMinor: string) =>
    String(1n + (BigInt(random.int(1_000)) % (1n + BigInt(amountMinor) / 3n)));
  const withKey = (key: string | undefined) => (key === undefined ? {} : { key });

  function transferOf(from: Actor, to: Actor, amountMinor = amount(), intentId: string = randomUUID()) {
    const transfer = { intentId, payee: to.handle, amountMinor, currency: "USD" };
    return { intentId, transfer, send: (key?: string) => from.client.transfer(transfer, withKey(key)) };
  }

  /** Two who follow each other in the circle of all payers. */
  function neighbours(): [Actor, Actor] {
    const at = random.int(payers.length);
    const [from, to] = [payers[at], payers[(at + 1) % payers.length]];
    if (!from || !to) throw new Error("Bug: nobody is there.");
    return [from, to];
  }

  async function openKey(from: Actor, intentId: string): Promise<string | undefined> {
    const issued = await from.client.issueKey({ kind: "transfer", intentId });
    return issued.type === "ok" && issued.value.state === "open" ? issued.value.key : undefined;
  }

  type OpenTransfer = ReturnType<typeof transferOf> & { from: Actor; to: Actor; opened: string };
  /** An action on a transfer whose key is open, as it is for a form that has been loaded. */
  const withOpenKey =
    (act: (transfer: OpenTransfer) => Promise<unknown>): Action =>
    async () => {
      const [from, to] = neighbours();
      const transfer = transferOf(from, to);
      const opened = await openKey(from, transfer.intentId);
      if (opened !== undefined) await act({ ...transfer, from, to, opened });
    };

  const copiesOf = (...sends: (() => Promise<PayOutcome>)[]) =>
    Promise.all(Array.from({ length: COPIES }, () => sends.map((send) => send())).flat());

  const payOrder = async () => {
    const merchant = random.pick(merchants);
    const order = await newOrder(merchant, random);
    if (!order) return;
    const buyers = Array.from({ length: 1 + random.int(3) }, () => random.pick(payers));
    const payments = buyers.map(({ client }) =>
      track((key) => client.payOrder({ ...order, currency: "USD" }, withKey(key))),
    );
    for (const outcome of await Promise.all(payments)) {
      if (outcome.type === "paid" && !outcome.isReplay) sales.push({ merchant, payment: outcome.payment });
    }
    sales.splice(0, sales.length - SALES_KEPT);
  };

  const pressSeveralTimes = withOpenKey(({ send, opened }) => {
    const presses = 2 + random.int(3);
    return Promise.all(Array.from({ length: presses }, () => track((key) => send(key ?? opened))));
  });

  const reuseKeyForOtherPayload = withOpenKey(async ({ from, to, intentId, send, opened }) => {
    const other = transferOf(from, to, amount(), intentId);
    const sending = (call: Call) => () => track((key) => call(key ?? opened));
    if (random.chance(50)) await sending(send)();
    await copiesOf(sending(send), sending(other.send));
  });

  /** And a copy of the payment that comes late, whatever the answer was. */
  const revokeWhilePaying = withOpenKey(async ({ from, transfer, opened }) => {
    const send = () => track((key) => from.client.transfer(transfer, { key: key ?? opened }));
    if (random.chance(75)) {
      const revoked = sleep(random.int(PAYMENT_MS)).then(() => from.client.revokeKey(opened));
      await Promise.all([send(), revoked]);
    } else await from.client.revokeKey(opened);
    await send();
  });

  /** To another user the key is void. */
  const useKeyOfAnotherUser = withOpenKey(async ({ from, to, transfer, opened }) => {
    const another = random.pick(rich.filter((one) => one !== from && one !== to));
    const theirs = { ...transfer, intentId: randomUUID() };
    await copiesOf(
      () => track((key) => from.client.transfer(transfer, { key: key ?? opened })),
      () => track((key) => another.client.transfer(theirs, { key: key ?? opened })),
    );
  });

  /** As a page does that is checking. */
  const pollWhilePaying = withOpenKey(async ({ from, send, opened }) => {
    let isPaying = true;
    const paying = track((key) => send(key ?? opened)).finally(() => {
      isPaying = false;
    });
    while (isPaying) {
      await from.client.keyState(opened);
      await sleep(random.int(POLL_INTERVAL_MS));
    }
    await paying;
  });

  const payOnePurposeAgain = async () => {
    const { send } = transferOf(...neighbours());
    await Promise.all([track(send), track(send)]);
    await track(send);
  };

  /** Both ways at once: whoever locks accounts in the order in which they are named deadlocks. */
  const payRoundCircle = async () => {
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
    // Keys first, so that all transfers are sent at the same time.
    const keys = await Promise.all(transfers.map(({ from, intentId }) => openKey(from, intentId)));
    await Promise.all(transfers.map(async ({ send }, n) => keys[n] && track((key) => send(key ?? keys[n]))));
  };

  const refund = async () => {
    const sale = sales[random.int(sales.length)];
    if (!sale) return;
    const { client } = sale.merchant;
    const parts = Array.from({ length: 1 + random.int(CONCURRENT_REFUNDS_MAX) }, () => ({
      intentId: randomUUID(),
      paymentId: sale.payment.id,
      ...(random.chance(80) && { amountMinor: partOf(sale.payment.amountMinor) }),
    }));
    const refunds = parts.map((part) => () => track((key) => client.refund(part, withKey(key))));
    // The first one creates the row of the total, which the others then find.
    if (random.chance(50)) await refunds.shift()?.();
    await Promise.all(refunds.map((send) => send()));
  };

  const actions: [weight: number, action: Action][] = [
    [30, payOrder],
    [25, () => track(transferOf(...neighbours()).send)],
    [15, pressSeveralTimes],
    [8, reuseKeyForOtherPayload],
    [8, revokeWhilePaying],
    [4, useKeyOfAnotherUser],
    [8, pollWhilePaying],
    [6, payOnePurposeAgain],
    [3, payRoundCircle],
    [6, () => track(transferOf(random.pick(poor), random.pick(rich), "100000").send)],
    [10, refund],
  ];
  return actions.flatMap(([weight, action]) => Array.from({ length: weight }, () => action));
}
