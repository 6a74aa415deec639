import type { Exchange, History } from "../workload/history.ts";

/** What an answer claims about its key, read as a client may: an outcome, that there is none, or that there will be none. */
export type Claim =
  | Outcome
  | { type: "void" }
  | { type: "open"; key: string | undefined }
  | { type: "nothing"; moneyMoved?: "yes" | "no" | "unknown"; retry?: string };

type Outcome = { type: "paid" | "declined"; paymentId: string; payment: ClaimedPayment; bytes: string };

type Body = {
  id?: string;
  key?: string;
  state?: string;
  status?: string;
  type?: string;
  moneyMoved?: "yes" | "no" | "unknown";
  retry?: string;
  payment?: ClaimedPayment;
};

/** The members that are compared with the books. */
export type ClaimedPayment = {
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
    // A proxy's page, or nothing.
    return {};
  }
}

/** Undefined where no answer came. */
export function claimOf({ method, path, answer }: Exchange): Claim | undefined {
  if (!answer) return undefined;
  const movesMoney = method === "POST" && !path.startsWith("/api/idempotency-keys");
  const body = parse(answer.body);
  const isAboutState = path.startsWith("/api/idempotency-keys");
  if (isAboutState && answer.status < 300) {
    if (body.state === "void") return { type: "void" };
    if (body.state === "open") return { type: "open", key: body.key };
    if (body.payment) return outcome(body.payment);
  }
  if (movesMoney && answer.status === 201 && body.id)
    return { type: "paid", paymentId: body.id, payment: body as ClaimedPayment, bytes: answer.body };
  if (answer.status === 402 && body.payment) return { ...outcome(body.payment), type: "declined" };
  if (answer.status === 410) return { type: "void" };
  return {
    type: "nothing",
    ...(body.moneyMoved && { moneyMoved: body.moneyMoved }),
    ...(body.retry && { retry: body.retry }),
  };
}

function outcome(payment: ClaimedPayment): Outcome {
  const type = payment.status === "succeeded" ? "paid" : "declined";
  return { type, paymentId: payment.id, payment, bytes: JSON.stringify(payment) };
}

export function isOutcome(claim: Claim): claim is Outcome {
  return claim.type === "paid" || claim.type === "declined";
}

export type Observation = { exchange: Exchange; claim: Claim; atMs: number };
/** By user and key: another user's key is another key. In the order of the answers. */
export type ObservationsByKey = Map<string, Observation[]>;

export function observationsByKey({ exchanges }: History): ObservationsByKey {
  const byKey = new Map<string, Observation[]>();
  for (const exchange of exchanges) {
    const claim = claimOf(exchange);
    if (!claim) continue;
    // A request for a key names none, and may be answered with a payment.
    const key = exchange.key ?? (isOutcome(claim) ? claim.paymentId : undefined);
    if (!key) continue;
    const id = `${exchange.userId} ${key}`;
    const observations = byKey.get(id) ?? [];
    observations.push({ exchange, claim, atMs: exchange.answer?.atMs ?? Infinity });
    byKey.set(id, observations);
  }
  for (const observations of byKey.values()) observations.sort((a, b) => a.atMs - b.atMs);
  return byKey;
}
