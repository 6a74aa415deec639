/**
 * The promise, as checks on what clients were told and what the books say. Each returns what contradicts it; nothing
 * where it held. None of them asks the application.
 */
import type { EntryFact, Facts, PaymentFact } from "./facts.ts";
import { type Exchange, type History, type Told, toldBy } from "./history.ts";

/** What kind of harm it is: money moved twice, an outcome was lost, or somebody was told what is not so. */
export type Harm = "duplicate" | "loss" | "lie" | "stuck";

export type Violation = { check: string; harm: Harm; key: string | undefined; says: string };

type Statement = { exchange: Exchange; told: Told };

/** Everything that was told about each user's key, in the order it was told. A key is another one for another user. */
function statementsByKey({ exchanges }: History): Map<string, Statement[]> {
  const byKey = new Map<string, Statement[]>();
  for (const exchange of exchanges) {
    const told = toldBy(exchange);
    if (!told) continue;
    // Issuing tells of the payment's own key.
    const key = exchange.key ?? ("paymentId" in told ? told.paymentId : undefined);
    if (!key) continue;
    const id = `${exchange.userId} ${key}`;
    const statements = byKey.get(id) ?? [];
    statements.push({ exchange, told });
    byKey.set(id, statements);
  }
  for (const statements of byKey.values())
    statements.sort((a, b) => (a.exchange.answer?.atMs ?? 0) - (b.exchange.answer?.atMs ?? 0));
  return byKey;
}

/** S4: whatever was reported as an outcome is in the books, as it was reported. */
function kept(byKey: Map<string, Statement[]>, payments: Map<string, PaymentFact>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    for (const { told } of statements) {
      if (told.type !== "paid" && told.type !== "declined") continue;
      const fact = payments.get(`${id.split(" ")[0]} ${told.paymentId}`);
      const status = told.type === "paid" ? "succeeded" : "declined";
      if (fact?.status === status) continue;
      const says = `was told ${told.type}, and the books say ${fact?.status ?? "nothing"}`;
      found.push({ check: "S4 kept", harm: fact ? "lie" : "loss", key: told.paymentId, says });
    }
  }
  return found;
}

/** S1: whatever is in the books of these people stands under a key that was issued to that very user. */
function issued({ exchanges, earlier }: History, payments: Map<string, PaymentFact>): Violation[] {
  const users = new Set(exchanges.map(({ userId }) => userId));
  const keys = new Set<string>();
  for (const exchange of exchanges) {
    const told = toldBy(exchange);
    if (told?.type === "open" && told.key) keys.add(`${exchange.userId} ${told.key}`);
  }
  return [...payments].flatMap(([id, { id: key, userId }]): Violation[] =>
    users.has(userId) && !keys.has(id) && !earlier.has(key)
      ? [{ check: "S1 once", harm: "duplicate", key, says: "is in the books, and its user got no such key" }]
      : [],
  );
}

/** S3: one outcome and one body per key, over all answers ever given. */
function sameAnswer(byKey: Map<string, Statement[]>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    const key = id.split(" ")[1];
    const others = statements.filter(({ told }) => "paymentId" in told && told.paymentId !== key);
    if (others.length > 0)
      found.push({
        check: "S3 same answer",
        harm: "lie",
        key,
        says: "was answered with another key's payment",
      });
    const outcomes = statements.flatMap(({ told }) =>
      (told.type === "paid" || told.type === "declined") && told.paymentId === key ? [told] : [],
    );
    const kinds = new Set(outcomes.map((told) => told.type));
    const bodies = new Set(outcomes.map((told) => told.bytes));
    if (kinds.size > 1)
      found.push({ check: "S3 same answer", harm: "lie", key, says: "was told both paid and declined" });
    else if (bodies.size > 1)
      found.push({
        check: "S3 same answer",
        harm: "lie",
        key,
        says: `${bodies.size} different bodies for one outcome`,
      });
    // Of the answers to one and the same request, one is the first: all others must say that they repeat it.
    const firsts = statements.filter(
      ({ exchange, told }) =>
        exchange.method === "POST" &&
        exchange.key !== undefined &&
        told.type === "paid" &&
        !exchange.answer?.isReplay,
    );
    if (firsts.length > 1)
      found.push({
        check: "S1 once",
        harm: "duplicate",
        key,
        says: `${firsts.length} answers say they were the first`,
      });
  }
  return found;
}

/** S3: the same key with another payload never gets an outcome. */
function onePayload(byKey: Map<string, Statement[]>): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const payloads = new Set(
      statements.flatMap(({ exchange, told }) =>
        exchange.method === "POST" &&
        exchange.purpose === undefined &&
        (told.type === "paid" || told.type === "declined")
          ? [exchange.sent]
          : [],
      ),
    );
    return payloads.size > 1
      ? [
          {
            check: "S3 same answer",
            harm: "lie",
            key: id.split(" ")[1],
            says: `${payloads.size} payloads got an outcome`,
          },
        ]
      : [];
  });
}

/** Bad luck has a clear answer: whatever happens, nobody is told of a bug. */
function noBugShown({ exchanges }: History): Violation[] {
  return exchanges.flatMap(({ answer, key, method, path }): Violation[] =>
    answer?.status === 500
      ? [{ check: "no bug shown", harm: "stuck", key, says: `${method} ${path} was answered 500` }]
      : [],
  );
}

/** What pages showed is so: a receipt of a payment that is there, and nothing else of an order that the payer has paid. */
function shownAsIs(history: History, facts: Facts): Violation[] {
  const paid = new Map(
    facts.payments.flatMap(({ userId, kind, purposeId, status, id }) =>
      kind === "order" && status === "succeeded" ? [[`${userId} ${purposeId}`, id]] : [],
    ),
  );
  return history.shown.flatMap((shown): Violation[] => {
    const key = paid.get(`${shown.userId} ${shown.orderId}`);
    const says = `a page showed ${shown.saw} for order ${shown.orderId}, and the books say ${key ?? "nothing"}`;
    switch (shown.saw) {
      case "receipt":
        return key === shown.paymentId
          ? []
          : [{ check: "S4 kept", harm: "loss", key: shown.paymentId, says }];
      case "decline":
      case "paid by somebody else":
        return key === undefined ? [] : [{ check: "S5 honest", harm: "lie", key, says }];
      case "nothing":
        return [{ check: "L1 live", harm: "stuck", key, says }];
      default:
        return shown satisfies never;
    }
  });
}

/** S6: what was called void has no payment, now or ever. */
function finalNo(byKey: Map<string, Statement[]>, payments: Map<string, PaymentFact>): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const isVoid = statements.some(({ told }) => told.type === "void");
    const fact = payments.get(id);
    return isVoid && fact
      ? [{ check: "S6 final no", harm: "lie", key: fact.id, says: `was called void, and is ${fact.status}` }]
      : [];
  });
}

/** S5: "no money has moved" and "open" are not said once somebody had been told that it was paid; nor "yes" of nothing. */
function honest(byKey: Map<string, Statement[]>, payments: Map<string, PaymentFact>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    const key = id.split(" ")[1];
    const paidAt = Math.min(
      ...statements.flatMap(({ told, exchange }) =>
        told.type === "paid" && told.paymentId === key ? [exchange.answer?.atMs ?? Infinity] : [],
      ),
    );
    for (const { told, exchange } of statements) {
      const isLater = exchange.invokedAtMs > paidAt;
      const deniesIt = told.type === "open" || (told.type === "nothing" && told.moneyMoved === "no");
      if (isLater && deniesIt)
        found.push({
          check: "S5 honest",
          harm: "lie",
          key,
          says: `was denied after it had been told as paid`,
        });
      const isSettled = payments.get(id)?.status === "succeeded";
      if (told.type === "nothing" && told.moneyMoved === "no" && told.retry !== "same-key" && isSettled)
        found.push({ check: "S5 honest", harm: "lie", key, says: "was called unpaid for good, and is paid" });
      if (told.type === "nothing" && told.moneyMoved === "yes" && !isSettled)
        found.push({ check: "S5 honest", harm: "lie", key, says: "was called paid, and is not" });
    }
  }
  return found;
}

/** Declines are justified: for want of money only where the payer's account had too little at some time meanwhile. */
function justified(facts: Facts, entriesOf: Map<string, EntryFact[]>): Violation[] {
  // Both are the server's clock, to the millisecond: an entry of the same one may lie on either side.
  const CLOCK_GRAIN_MS = 1;
  return facts.payments.flatMap((payment): Violation[] => {
    if (payment.declineCode !== "insufficient_funds") return [];
    const entries = entriesOf.get(payment.payerAccountId) ?? [];
    const around = entries.filter((entry) => Math.abs(entry.atMs - payment.settledAtMs) <= CLOCK_GRAIN_MS);
    const before = entries.findLast((entry) => entry.atMs < payment.settledAtMs - CLOCK_GRAIN_MS);
    const balances = [before?.balanceMinor ?? 0n, ...around.map((entry) => entry.balanceMinor)];
    return balances.some((balance) => balance < payment.amountMinor)
      ? []
      : [
          {
            check: "declines justified",
            harm: "lie",
            key: payment.id,
            says: `${payment.amountMinor} were declined for want of money while the account held ${balances.join(", ")}`,
          },
        ];
  });
}

/** What was answered before another request was sent comes before it in the account's order. */
function realTimeOrder(
  history: History,
  byKey: Map<string, Statement[]>,
  entriesOf: Map<string, EntryFact[]>,
): Violation[] {
  const times = new Map<string, { sentAtMs: number; toldAtMs: number }>();
  for (const { method, key, invokedAtMs } of history.exchanges) {
    if (method !== "POST" || key === undefined) continue;
    // A request that was never answered may have been the one that paid.
    const time = times.get(key) ?? { sentAtMs: Infinity, toldAtMs: Infinity };
    times.set(key, { ...time, sentAtMs: Math.min(time.sentAtMs, invokedAtMs) });
  }
  for (const [id, statements] of byKey) {
    const time = times.get(id.split(" ")[1] ?? "");
    const paid = statements.filter(({ told }) => told.type === "paid");
    if (time) time.toldAtMs = Math.min(...paid.map(({ exchange }) => exchange.answer?.atMs ?? Infinity));
  }
  const found: Violation[] = [];
  for (const entries of entriesOf.values()) {
    // From the last to the first: nobody may have been sent after one that follows was told.
    let earliestTold = Infinity;
    for (const entry of entries.toReversed()) {
      const time = times.get(entry.transferId);
      if (!time) continue;
      if (time.sentAtMs > earliestTold)
        found.push({
          check: "real-time order",
          harm: "lie",
          key: entry.transferId,
          says: `stands before a payment that had been told before this one was sent (version ${entry.version})`,
        });
      earliestTold = Math.min(earliestTold, time.toldAtMs);
    }
  }
  return found;
}

/** A purpose that somebody was told to have paid gets no further key. */
function purposeOnce(history: History): Violation[] {
  const all = history.exchanges.flatMap((exchange) => {
    const told = toldBy(exchange);
    return told ? [{ exchange, told, atMs: exchange.answer?.atMs ?? Infinity }] : [];
  });
  const purposeOf = new Map<string, string>();
  for (const { exchange, told } of all) {
    if (told.type === "open" && told.key && exchange.purpose)
      purposeOf.set(`${exchange.userId} ${told.key}`, `${exchange.userId} ${exchange.purpose}`);
  }
  const paidAt = new Map<string, number>();
  for (const { exchange, told, atMs } of all) {
    const purpose = told.type === "paid" ? purposeOf.get(`${exchange.userId} ${told.paymentId}`) : undefined;
    if (purpose) paidAt.set(purpose, Math.min(paidAt.get(purpose) ?? Infinity, atMs));
  }
  return all.flatMap(({ exchange, told }): Violation[] => {
    const purpose = `${exchange.userId} ${exchange.purpose}`;
    return told.type === "open" &&
      exchange.purpose &&
      exchange.invokedAtMs > (paidAt.get(purpose) ?? Infinity)
      ? [
          {
            check: "purpose once",
            harm: "lie",
            key: told.key,
            says: "was issued for a purpose that had been told as paid",
          },
        ]
      : [];
  });
}

export type Evidence = {
  /** What had been told before the books were read: all of it must be in them. */
  before: History;
  facts: Facts;
  /** What had been told after they were read: all keys that stand in them are in here. */
  after: History;
  /** The keys whose clients never learnt. */
  unresolved: readonly string[];
};

/** All checks but reconcile, which needs the database itself. */
export function check({ before: history, facts, after, unresolved }: Evidence): Violation[] {
  const byKey = statementsByKey(history);
  const payments = new Map(facts.payments.map((payment) => [`${payment.userId} ${payment.id}`, payment]));
  const entriesOf = new Map<string, EntryFact[]>();
  for (const entry of facts.entries) {
    const entries = entriesOf.get(entry.accountId) ?? [];
    entries.push(entry);
    entriesOf.set(entry.accountId, entries);
  }
  return [
    ...kept(byKey, payments),
    ...issued(after, payments),
    ...sameAnswer(byKey),
    ...onePayload(byKey),
    ...noBugShown(history),
    ...shownAsIs(history, facts),
    ...finalNo(byKey, payments),
    ...honest(byKey, payments),
    ...purposeOnce(history),
    ...justified(facts, entriesOf),
    ...realTimeOrder(history, byKey, entriesOf),
    ...unresolved.map(
      (key): Violation => ({
        check: "L1 live",
        harm: "stuck",
        key,
        says: "has no outcome after all faults had stopped",
      }),
    ),
  ];
}
