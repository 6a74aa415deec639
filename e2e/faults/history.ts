/**
 * What clients asked and what they were told, with the times: the evidence that the checkers judge. Times are of this
 * process's monotonic clock, so that "before" means before whatever the machine's clock does.
 */

/** A program's requests carry its user's id, for the proxy that hears what a program is not told. */
export const PROGRAM_HEADER = "x-once-program";

export type Exchange = {
  /** The user whose API key was sent. */
  userId: string;
  method: string;
  path: string;
  /** The idempotency key that the request was about: its header, or the last part of its path. */
  key: string | undefined;
  /** The purpose that a key was asked for, where it was. */
  purpose: string | undefined;
  /** What was asked, as it was sent. */
  sent: string | undefined;
  invokedAtMs: number;
  /** Absent where no answer came: the client does not know. */
  answer?: { atMs: number; status: number; body: string; isReplay: boolean };
};

/** What a page came to show somebody who pays an order in a browser. "nothing": it never got that far. */
export type Shown = { userId: string; orderId: string } & (
  | { saw: "receipt"; paymentId: string }
  | { saw: "decline" | "paid by somebody else" | "nothing" }
);

export type History = {
  readonly exchanges: Exchange[];
  readonly shown: Shown[];
  /** The payments that were in the books before anybody came: opening balances of the demo's people. */
  readonly earlier: ReadonlySet<string>;
};

/** In a header, at the end of a path, or as the member of an object that is called so. */
const UUID_OF_KEY = /(?:^"?|\/api\/idempotency-keys\/|"key":")([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

type Asked = {
  method: string;
  path: string;
  idempotencyKey: string | null | undefined;
  body: string | undefined;
};

/** An exchange that begins now. */
export function begun(userId: string, { method, path, idempotencyKey, body }: Asked): Exchange {
  const isAboutKeys = path.startsWith("/api/idempotency-keys");
  // A server action carries the key among its arguments.
  const named = idempotencyKey ?? (isAboutKeys ? path : path.startsWith("/api/") ? "" : body);
  return {
    userId,
    method,
    path,
    key: UUID_OF_KEY.exec(named ?? "")?.[1],
    purpose: path === "/api/idempotency-keys" ? body : undefined,
    sent: body,
    invokedAtMs: performance.now(),
  };
}

/** A `fetch` for `userId` that writes down each exchange, answered or not. */
export function recordingFetch(history: History, userId: string): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    request.headers.set(PROGRAM_HEADER, userId);
    const exchange = begun(userId, {
      method: request.method,
      path: new URL(request.url).pathname,
      idempotencyKey: request.headers.get("idempotency-key"),
      body: request.body === null ? undefined : await request.clone().text(),
    });
    history.exchanges.push(exchange);
    const response = await globalThis.fetch(request);
    // Read whole before it counts: half an answer is none.
    const body = await response.text();
    exchange.answer = {
      atMs: performance.now(),
      status: response.status,
      body,
      isReplay: response.headers.get("idempotent-replayed") === "true",
    };
    return new Response(response.status === 204 || response.status === 304 ? null : body, {
      status: response.status,
      headers: response.headers,
    });
  };
}

/** Whether an exchange leaves its client not knowing: no answer came, or one that says so. */
export function isInDoubt({ answer }: Exchange): boolean {
  return !answer || answer.status === 503 || answer.status === 409;
}

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

/** The history of one key, shortest form: what a failure is printed with. */
export function storyOf(history: History, key: string): string[] {
  return history.exchanges
    .filter((exchange) => exchange.key === key || exchange.answer?.body.includes(key))
    .map(({ userId, method, path, invokedAtMs, answer }) => {
      const told = answer
        ? `${answer.status} after ${Math.round(answer.atMs - invokedAtMs)} ms: ${answer.body.slice(0, 160)}`
        : "no answer";
      return `${invokedAtMs.toFixed(0).padStart(9)} ms  ${userId.slice(0, 8)}  ${method} ${path}  ${told}`;
    });
}
