/**
 * A client of the HTTP API that follows the recipe of /docs: it never turns one intent into two payments, and never
 * calls a lost answer a failure. It needs `fetch` and nothing else: it runs in Node.js 20.19, and in Chrome and Edge 111,
 * Firefox 111 and Safari 16.4, or newer.
 */
import type { Order } from "../api/order.ts";
import type { KeyState, Payment, Purpose } from "../api/payment.ts";
import type { OrderRequest, PayOrderRequest, TransferRequest } from "../api/requests.ts";
import type { AccountList, IssuedKey, OrderList, PaymentList } from "../api/responses.ts";
import { readKeyState } from "../pay/read-response.ts";
import {
  readAccountList,
  readIssuedKey,
  readOrder,
  readOrderList,
  readPayment,
  readPaymentList,
  readRevoked,
} from "./bodies.ts";
import { type Exchange, exchange, type HttpRequest } from "./exchange.ts";
import { isAnswerTo, type PayOutcome, payOnce, type Wanted } from "./pay-once.ts";
import { type Result, resultOf } from "./result.ts";
import {
  type Attempt,
  type Clock,
  DEFAULT_LIMITS,
  type Limits,
  sendWithRetries,
  WALL_CLOCK,
} from "./retry.ts";

export type ClientConfig = {
  /** The service's origin: "https://once.example". */
  baseUrl: string;
  apiKey: string;
  limits?: Partial<Limits>;
  fetch?: typeof globalThis.fetch;
  /** For tests, which have no time to wait. */
  clock?: Clock;
};

export type CallOptions = {
  /** Ends the call with `unknown`, at once. What was sent may still be executed. */
  signal?: AbortSignal;
  deadlineMs?: number;
};

/**
 * `key`: one that was issued for this purpose before. The call pays under it or not at all: where it is void, the outcome
 * is `void`. Without it, the call asks for the key of the purpose, and never for a second one.
 */
export type PayOptions = CallOptions & { key?: string };

/**
 * A UUID that the caller makes and keeps for one intent. The same intent never pays twice, whatever its keys; used for
 * something else than it has paid, the outcome is `already-paid`.
 */
type Intent = { intentId: string };
type Page = { cursor?: string; limit?: number };

/**
 * Makes a client. Every function returns a value of a discriminated union and throws only for bugs; `unknown` means that
 * the same call, with the same arguments, will find out.
 */
export function onceClient(config: ClientConfig) {
  const address = { baseUrl: config.baseUrl, apiKey: config.apiKey, fetch: config.fetch ?? globalThis.fetch };
  const limits: Limits = { ...DEFAULT_LIMITS, ...config.limits };
  const clock = config.clock ?? WALL_CLOCK;

  function begin({ signal, deadlineMs = limits.deadlineMs }: CallOptions): Attempt {
    // Without a signal of the caller's, one that never aborts.
    return {
      limits,
      clock,
      endsAtMs: clock.nowMs() + deadlineMs,
      signal: signal ?? new AbortController().signal,
    };
  }

  function sendUntilAnswered(attempt: Attempt, request: HttpRequest, isOurs: (answer: Exchange) => boolean) {
    return sendWithRetries(attempt, async (signal) => {
      const answer = await exchange(address, request, signal);
      return isOurs(answer) ? answer : { type: "lost" };
    });
  }

  async function call<T>(
    attempt: Attempt,
    request: HttpRequest,
    read: (body: unknown) => T | undefined,
  ): Promise<Result<T>> {
    const isOurs = (answer: Exchange) => answer.type !== "success" || read(answer.body) !== undefined;
    return resultOf(await sendUntilAnswered(attempt, request, isOurs), read);
  }

  function issue(attempt: Attempt, purpose: Purpose): Promise<Result<IssuedKey>> {
    return call(attempt, { method: "POST", path: "/api/idempotency-keys", body: { purpose } }, (body) =>
      readIssuedKey(purpose, body),
    );
  }

  function move(
    purpose: Purpose,
    path: string,
    body: Omit<Wanted, "kind"> & { reason?: string },
    options: PayOptions,
  ): Promise<PayOutcome> {
    const attempt = begin(options);
    const { amountMinor, currency, note, reason } = body;
    const wanted: Wanted = {
      kind: purpose.kind,
      ...(purpose.kind === "order" && { orderId: purpose.orderId }),
      ...(purpose.kind === "refund" && { refundOf: purpose.paymentId }),
      amountMinor,
      currency,
      note: note ?? reason,
    };
    return payOnce(
      {
        issue: () => issue(attempt, purpose),
        send: (key) =>
          sendUntilAnswered(attempt, { method: "POST", path, body, idempotencyKey: key }, (answer) =>
            isAnswerTo(key, wanted, answer),
          ),
      },
      options.key?.toLowerCase(),
    );
  }

  return {
    /**
     * Gets or creates the open key of a purpose, or the payment that has settled it. Whether that is the payment you are
     * about to ask for, only asking tells: what is in the payment is compared there.
     */
    issueKey: (purpose: Purpose, options: CallOptions = {}): Promise<Result<IssuedKey>> =>
      issue(begin(options), purpose),

    /** What is known of a key. `open` proves nothing about a request under way. */
    keyState: (key: string, options: CallOptions = {}): Promise<Result<KeyState>> =>
      call(begin(options), { method: "GET", path: `/api/idempotency-keys/${key}` }, (body) =>
        readKeyState(key.toLowerCase(), body),
      ),

    /** The final no: it was settled before, or never will be. */
    revokeKey: (
      key: string,
      options: CallOptions = {},
    ): Promise<Result<Exclude<KeyState, { state: "open" }>>> =>
      call(begin(options), { method: "DELETE", path: `/api/idempotency-keys/${key}` }, (body) =>
        readRevoked(key.toLowerCase(), body),
      ),

    /** Pays an order, with the amount and currency that the payer agreed to. */
    payOrder: (order: PayOrderRequest, options: PayOptions = {}): Promise<PayOutcome> =>
      move({ kind: "order", orderId: order.orderId }, "/api/payments", order, options),

    /** Transfers to a handle, or to an e-mail address that its user has verified. */
    transfer: (
      { intentId, ...transfer }: Intent & TransferRequest,
      options: PayOptions = {},
    ): Promise<PayOutcome> => move({ kind: "transfer", intentId }, "/api/payments", transfer, options),

    /** Refunds a payment that the caller received; without an amount, what is left of it. `reason` becomes its note. */
    refund: (
      {
        intentId,
        paymentId,
        ...refund
      }: Intent & { paymentId: string; amountMinor?: string; reason?: string },
      options: PayOptions = {},
    ): Promise<PayOutcome> =>
      move({ kind: "refund", paymentId, intentId }, `/api/payments/${paymentId}/refunds`, refund, options),

    /** Pays play money in (demo only). */
    topUp: (
      { intentId, ...topUp }: Intent & { amountMinor: string; currency: string },
      options: PayOptions = {},
    ): Promise<PayOutcome> => move({ kind: "top-up", intentId }, "/api/top-ups", topUp, options),

    /** One payment that the caller is in. */
    payment: (id: string, options: CallOptions = {}): Promise<Result<Payment>> =>
      call(begin(options), { method: "GET", path: `/api/payments/${id}` }, (body) => readPayment(id, body)),

    /** A page of the caller's payments, newest first. */
    payments: (page: Page = {}, options: CallOptions = {}): Promise<Result<PaymentList>> =>
      call(begin(options), { method: "GET", path: `/api/payments${queryOf(page)}` }, readPaymentList),

    /** Puts an order under an id of the merchant's choosing; the same again changes nothing. */
    putOrder: (id: string, order: OrderRequest, options: CallOptions = {}): Promise<Result<Order>> =>
      call(begin(options), { method: "PUT", path: `/api/orders/${id}`, body: order }, (body) =>
        readOrder(id, body),
      ),

    /** One of the merchant's orders. */
    order: (id: string, options: CallOptions = {}): Promise<Result<Order>> =>
      call(begin(options), { method: "GET", path: `/api/orders/${id}` }, (body) => readOrder(id, body)),

    /** Cancels an order that is not paid; again changes nothing. */
    cancelOrder: (id: string, options: CallOptions = {}): Promise<Result<Order>> =>
      call(begin(options), { method: "DELETE", path: `/api/orders/${id}` }, (body) => readOrder(id, body)),

    /** A page of the merchant's orders, newest first. */
    orders: (page: Page = {}, options: CallOptions = {}): Promise<Result<OrderList>> =>
      call(begin(options), { method: "GET", path: `/api/orders${queryOf(page)}` }, readOrderList),

    /** The caller's accounts and balances. */
    accounts: (options: CallOptions = {}): Promise<Result<AccountList>> =>
      call(begin(options), { method: "GET", path: "/api/accounts" }, readAccountList),
  };
}

function queryOf({ cursor, limit }: Page): string {
  const query = new URLSearchParams();
  if (cursor !== undefined) query.set("cursor", cursor);
  if (limit !== undefined) query.set("limit", String(limit));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
