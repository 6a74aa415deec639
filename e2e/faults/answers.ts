/**
 * Checks on what people were told: each answer against every other one, and against what stands in the books under its
 * key. Each returns what contradicts the promise; nothing where it held.
 */
import type { Facts, PaymentFact } from "./facts.ts";
import type { Violation } from "./harm.ts";
import { type Exchange, type History, isInDoubt, type Told, type ToldPayment, toldBy } from "./history.ts";

type Statement = { exchange: Exchange; told: Told };
/** Under the user and the key, in the order it was told. */
export type StatementsByKey = Map<string, Statement[]>;

/** Everything that was told about each user's key, in the order it was told. A key is another one for another user. */
export function statementsByKey({ exchanges }: History): StatementsByKey {
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

/** In what a payment that was told differs from its row, and its row from what was asked for. */
function differences(told: ToldPayment, fact: PaymentFact, { path, sent }: Exchange): string[] {
  const asked = path === "/api/payments" && sent ? (JSON.parse(sent) as { amountMinor?: string }) : {};
  const pairs: [what: string, one: unknown, other: unknown][] = [
    ["status", told.status, fact.status],
    ["decline", told.declineCode ?? null, fact.declineCode],
    ["kind", told.kind, fact.kind],
    ["amount", told.amountMinor, String(fact.amountMinor)],
    ["payer", told.payerAccountId, fact.payerAccountId],
    ["payee", told.payeeAccountId, fact.payeeAccountId],
    ["order", told.orderId ?? null, fact.kind === "order" ? fact.purposeId : null],
    ["refunded payment", told.refundOf ?? null, fact.subjectId],
    ["amount that was asked for", asked.amountMinor ?? String(fact.amountMinor), String(fact.amountMinor)],
  ];
  return pairs.flatMap(([what, one, other]) => (one === other ? [] : [`${what} ${one} is ${other}`]));
}

/** S4: whatever was reported as an outcome is in the books, as it was reported. */
export function kept(byKey: StatementsByKey, payments: Map<string, PaymentFact>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    for (const { exchange, told } of statements) {
      if (told.type !== "paid" && told.type !== "declined") continue;
      const fact = payments.get(`${id.split(" ")[0]} ${told.paymentId}`);
      const differs = fact ? differences(told.payment, fact, exchange) : ["it is not there"];
      if (differs.length === 0) continue;
      const says = `was told ${told.type}, and of the books: ${differs.join(", ")}`;
      found.push({ check: "S4 kept", harm: fact ? "lie" : "loss", key: told.paymentId, says });
    }
  }
  return found;
}

/** S1: whatever is in the books of these people stands under a key that was issued to that very user. */
export function issued({ exchanges, earlier }: History, payments: Map<string, PaymentFact>): Violation[] {
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
export function sameAnswer(byKey: StatementsByKey): Violation[] {
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
        exchange.purpose === undefined &&
        exchange.key !== undefined &&
        (told.type === "paid" || told.type === "declined") &&
        !isAction(exchange) &&
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

/** A page's own call: what it answers is not told in the API's words. */
function isAction({ path }: Exchange): boolean {
  return !path.startsWith("/api/");
}

/** S3: once somebody was told an outcome, the same request again gets it, or an answer that says nobody knows. */
export function repeated(byKey: StatementsByKey): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const payments = statements.filter(
      ({ exchange }) => exchange.method === "POST" && exchange.purpose === undefined && !isAction(exchange),
    );
    const told = payments.find((one) => one.told.type === "paid" || one.told.type === "declined");
    if (!told) return [];
    const same = ({ exchange }: Statement) =>
      exchange.path === told.exchange.path &&
      exchange.sent === told.exchange.sent &&
      exchange.invokedAtMs > (told.exchange.answer?.atMs ?? Infinity);
    return payments
      .filter((one) => same(one) && one.told.type !== told.told.type && !isInDoubt(one.exchange))
      .map(({ exchange }) => ({
        check: "S3 same answer",
        harm: "lie",
        key: id.split(" ")[1],
        says: `was told ${told.told.type}, and answered ${exchange.answer?.status} later`,
      }));
  });
}

/** S3: the same key with another payload never gets an outcome. */
export function onePayload(byKey: StatementsByKey): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const payloads = new Set(
      statements.flatMap(({ exchange, told }) =>
        exchange.method === "POST" &&
        exchange.purpose === undefined &&
        (told.type === "paid" || told.type === "declined")
          ? [`${exchange.path} ${exchange.sent}`]
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
export function noBugShown({ exchanges }: History): Violation[] {
  return exchanges.flatMap(({ answer, key, method, path }): Violation[] =>
    answer?.status === 500
      ? [{ check: "no bug shown", harm: "stuck", key, says: `${method} ${path} was answered 500` }]
      : [],
  );
}

/** S6: what was called void has no payment and is not open, now or ever; and whoever revokes gets one of two answers. */
export function finalNo(
  byKey: StatementsByKey,
  payments: Map<string, PaymentFact>,
  open: ReadonlySet<string>,
): Violation[] {
  return [...byKey].flatMap(([id, statements]): Violation[] => {
    const key = id.split(" ")[1];
    const lie = (says: string): Violation => ({ check: "S6 final no", harm: "lie", key, says });
    const found: Violation[] = [];
    const voidAt = Math.min(
      ...statements.flatMap(({ told, exchange }) =>
        told.type === "void" ? [exchange.answer?.atMs ?? Infinity] : [],
      ),
    );
    const fact = payments.get(id);
    if (voidAt < Infinity && fact) found.push(lie(`was called void, and is ${fact.status}`));
    if (voidAt < Infinity && open.has(id)) found.push(lie("was called void, and its row is there"));
    for (const { told, exchange } of statements) {
      if (told.type !== "open") continue;
      if (exchange.invokedAtMs > voidAt) found.push(lie("was called void, and open later"));
      if (exchange.method === "DELETE") found.push(lie("was revoked, and called open"));
    }
    return found;
  });
}

/** S5: "no money has moved" and "open" are not said once somebody had been told that it was paid; nor "yes" of nothing. */
export function honest(byKey: StatementsByKey, payments: Map<string, PaymentFact>): Violation[] {
  const found: Violation[] = [];
  for (const [id, statements] of byKey) {
    const key = id.split(" ")[1];
    const firstAt = (...types: Told["type"][]) =>
      Math.min(
        ...statements.flatMap(({ told, exchange }) =>
          types.includes(told.type) && "paymentId" in told && told.paymentId === key
            ? [exchange.answer?.atMs ?? Infinity]
            : [],
        ),
      );
    const [paidAt, settledAt] = [firstAt("paid"), firstAt("paid", "declined")];
    for (const { told, exchange } of statements) {
      if (told.type === "nothing" && isInDoubt(exchange) && told.moneyMoved && told.moneyMoved !== "unknown")
        found.push({
          check: "S5 honest",
          harm: "lie",
          key,
          says: `was answered ${exchange.answer?.status}, and "${told.moneyMoved}"`,
        });
      if (told.type === "open" && exchange.invokedAtMs > settledAt)
        found.push({
          check: "S5 honest",
          harm: "lie",
          key,
          says: "was called open after it had been settled",
        });
      const isLater = exchange.invokedAtMs > paidAt;
      const deniesIt = told.type === "nothing" && told.moneyMoved === "no";
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

/** What pages showed is so: a payment that is there, a decline that is, or that of somebody else. */
export function shownAsIs(history: History, facts: Facts): Violation[] {
  const paid = new Map(
    facts.payments.flatMap(({ userId, kind, purposeId, status, id }) =>
      kind === "order" && status === "succeeded" ? [[`${userId} ${purposeId}`, id]] : [],
    ),
  );
  const orders = facts.payments.filter(({ kind }) => kind === "order");
  const declined = new Set(
    orders.filter((one) => one.status === "declined").map((one) => `${one.userId} ${one.purposeId}`),
  );
  const paidOrders = new Set(
    orders.filter((one) => one.status === "succeeded").map(({ purposeId }) => purposeId),
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
        return key === undefined && declined.has(`${shown.userId} ${shown.orderId}`)
          ? []
          : [{ check: "S5 honest", harm: "lie", key, says }];
      case "paid by somebody else":
        return key === undefined && paidOrders.has(shown.orderId)
          ? []
          : [{ check: "S5 honest", harm: "lie", key, says }];
      case "nothing":
        return [{ check: "L1 live", harm: "stuck", key, says }];
      default:
        return shown satisfies never;
    }
  });
}

/** A purpose that somebody was told to have paid gets no further key. */
export function purposeOnce(history: History): Violation[] {
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
