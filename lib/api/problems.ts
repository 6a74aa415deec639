/**
 * Failures as data (RFC 9457): one row per kind of failure. From this table come the HTTP status, the problem document,
 * the `/problems/<name>` page and the advice on what to do next.
 *
 * `moneyMoved` and `retry` speak of the idempotency key, not of this one request. "looked-up" means that the answer
 * follows what the key's state was found to be: open "no", settled and paid "yes", otherwise "no"; not looked at: "unknown".
 */
export type MoneyMoved = "no" | "yes" | "unknown";
export type Retry = "same-key" | "new-key" | "never";

type ProblemRow = {
  status: number;
  title: string;
  moneyMoved: MoneyMoved | "looked-up";
  retry: Retry;
  detail: string;
};

export const PROBLEMS = {
  "idempotency-key-missing": {
    status: 400,
    title: "Idempotency key missing",
    moneyMoved: "no",
    retry: "new-key",
    detail:
      "Send the key that was issued for this purpose in the Idempotency-Key header. Nothing was executed.",
  },
  "idempotency-key-malformed": {
    status: 400,
    title: "Idempotency key malformed",
    moneyMoved: "unknown",
    retry: "same-key",
    detail:
      "The idempotency key must be one Structured Field String that holds a UUID. The key was not looked up.",
  },
  unauthenticated: {
    status: 401,
    title: "Not signed in",
    moneyMoved: "unknown",
    retry: "same-key",
    detail:
      "Sign in or send an API key, then send the same request again. The idempotency key was not looked up.",
  },
  forbidden: {
    status: 403,
    title: "Not allowed",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "This account may not do that. The idempotency key was not looked up.",
  },
  "account-frozen": {
    status: 403,
    title: "Account frozen",
    moneyMoved: "looked-up",
    retry: "same-key",
    detail:
      "The account that this would be paid from is frozen by the operator of this service. Nothing was executed; once it is released, the same key works.",
  },
  "not-found": {
    status: 404,
    title: "Not found",
    moneyMoved: "looked-up",
    retry: "never",
    detail: "There is no such thing for this account.",
  },
  declined: {
    status: 402,
    title: "Payment declined",
    moneyMoved: "no",
    retry: "never",
    detail: "The payment was declined. No money has moved.",
  },
  "method-not-allowed": {
    status: 405,
    title: "Method not allowed",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "This address does not answer that method; the Allow header lists those it does.",
  },
  "payment-in-progress": {
    status: 409,
    title: "Payment in progress",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "The first request with this key is still being executed. Send the same request again.",
  },
  "order-conflict": {
    status: 409,
    title: "Order conflict",
    moneyMoved: "no",
    retry: "never",
    detail: "An order with this id exists already and differs, or can no longer be changed.",
  },
  "idempotency-key-void": {
    status: 410,
    title: "Idempotency key void",
    moneyMoved: "no",
    retry: "new-key",
    detail:
      "This key is not open for this account: it never executed for it and never will. To pay all the same, ask for a new key for the same purpose.",
  },
  "too-large": {
    status: 413,
    title: "Request too large",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "The request body is larger than any request of this API needs to be. The key was not looked up.",
  },
  "unsupported-media-type": {
    status: 415,
    title: "Unsupported media type",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "Send the body as application/json. The key was not looked up.",
  },
  "invalid-request": {
    status: 422,
    title: "Invalid request",
    moneyMoved: "looked-up",
    retry: "same-key",
    detail: "The request was not executed and consumed nothing. Correct the fields named in errors.",
  },
  "amount-mismatch": {
    status: 422,
    title: "Amount mismatch",
    moneyMoved: "looked-up",
    retry: "same-key",
    detail: "The order's amount or currency is another than the one agreed to. Nothing was consumed.",
  },
  "idempotency-key-reused": {
    status: 422,
    title: "Idempotency key reused",
    moneyMoved: "looked-up",
    retry: "never",
    detail: "This key belongs to another payload or purpose. This request was not executed.",
  },
  "rate-limited": {
    status: 429,
    title: "Too many requests",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "Wait as long as Retry-After says, then send the same request again.",
  },
  unavailable: {
    status: 503,
    title: "Unavailable",
    moneyMoved: "unknown",
    retry: "same-key",
    detail: "The service cannot answer just now. Send the same request with the same key again.",
  },
  "outcome-unknown": {
    status: 503,
    title: "Outcome unknown",
    moneyMoved: "unknown",
    retry: "same-key",
    detail:
      "The payment may have been made; it is not known yet. Send the same request with the same key to find out: it executes at most once.",
  },
  "internal-error": {
    status: 500,
    title: "Internal error",
    moneyMoved: "unknown",
    retry: "same-key",
    detail:
      "Something is broken on our side. Send the same request with the same key to find out what became of it.",
  },
} as const satisfies Record<string, ProblemRow>;

export type ProblemName = keyof typeof PROBLEMS;

export function isProblemName(name: string): name is ProblemName {
  return Object.hasOwn(PROBLEMS, name);
}

/** A problem document as sent. `type` is a relative reference, so that a replay does not depend on a host (§3.1.1). */
export type Problem = {
  type: `/problems/${ProblemName}`;
  title: string;
  status: number;
  detail: string;
  moneyMoved: MoneyMoved;
  retry: Retry;
};

/** Makes the document for `name`. `moneyMoved` is what the look-up of the key found, where one was made. */
export function problem(name: ProblemName, moneyMoved?: MoneyMoved): Problem {
  const row = PROBLEMS[name];
  return {
    type: `/problems/${name}`,
    title: row.title,
    status: row.status,
    detail: row.detail,
    moneyMoved: row.moneyMoved === "looked-up" ? (moneyMoved ?? "unknown") : row.moneyMoved,
    retry: row.retry,
  };
}
