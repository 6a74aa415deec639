/** What an answer tells about a key, read as a client may read it. */
import type { Exchange, History } from "../workload/history.ts";

/** What an answer tells about its key: the outcome, that there will never be one, or that there is none so far. */
export type Told =
  | { type: "paid" | "declined"; paymentId: string; payment: ToldPayment; bytes: string }
  | { type: "void" }
  | { type: "open"; key: string | undefined }
  | { type: "nothing"; moneyMoved?: "yes" | "no" | "unknown"; retry?: string };

type Body = {
  id?: string;
  key?: string;
  state?: string;
  status?: string;
  type?: string;
  moneyMoved?: "yes" | "no" | "unknown";
  retry?: string;
  payment?: ToldPayment;
};

/** A payment as it is told, as far as it is held against the books. */
export type ToldPayment = {
  id: string;
  kind: string;
  status: "succeeded" | "declined";
  declineCode?: string;
  amountMinor: string;
  payerAccountId: string;
  payeeAccountId: string;
  orderId?: string;
  refundOf?: string;
};

function parse(body: string): Body {
  try {
    return JSON.parse(body) as Body;
  } catch {
    // A proxy's page, or nothing: tells nothing.
    return {};
  }
}

/** Reads an answer as a client may. Undefined where none came. */
export function toldBy({ method, path, answer }: Exchange): Told | undefined {
  if (!answer) return undefined;
  const movesMoney = method === "POST" && !path.startsWith("/api/idempotency-keys");
  const body = parse(answer.body);
  const isAboutState = path.startsWith("/api/idempotency-keys");
  if (isAboutState && answer.status < 300) {
    if (body.state === "void") return { type: "void" };
    if (body.state === "open") return { type: "open", key: body.key };
    if (body.payment)
      return {
        type: body.payment.status === "succeeded" ? "paid" : "declined",
        paymentId: body.payment.id,
        payment: body.payment,
        bytes: JSON.stringify(body.payment),
      };
  }
  if (movesMoney && answer.status === 201 && body.id)
    return { type: "paid", paymentId: body.id, payment: body as ToldPayment, bytes: answer.body };
  if (answer.status === 402 && body.payment)
    return {
      type: "declined",
      paymentId: body.payment.id,
      payment: body.payment,
      bytes: JSON.stringify(body.payment),
    };
  if (answer.status === 410) return { type: "void" };
  return {
    type: "nothing",
    ...(body.moneyMoved && { moneyMoved: body.moneyMoved }),
    ...(body.retry && { retry: body.retry }),
  };
}

/** An answer, and what it tells. */
export type Statement = { exchange: Exchange; told: Told };
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
