/** The history that the checkers check: requests and answers, with times of this process's monotonic clock. */

/** Carries the user's id, for the proxy that records what its program does not hear. */
export const PROGRAM_HEADER = "x-once-program";

export type Exchange = {
  /** The user whose API key was sent. */
  userId: string;
  method: string;
  path: string;
  /** From the header, the path, or the arguments of a server action. */
  key: string | undefined;
  /** The purpose for which a key was requested, as it was sent. */
  purpose: string | undefined;
  /** The body. */
  sent: string | undefined;
  invokedAtMs: number;
  /** Absent where no answer came: the client does not know. */
  answer?: { atMs: number; status: number; body: string; isReplay: boolean };
};

/** The outcome that a page showed to a browser user; "nothing" where it never showed one. */
export type Shown = { userId: string; orderId: string } & (
  | { saw: "receipt"; paymentId: string }
  | { saw: "decline" | "paid by somebody else" | "nothing" }
);

export type History = {
  readonly exchanges: Exchange[];
  readonly shown: Shown[];
  /** Payments before the round: opening balances of the demo's users. */
  readonly earlier: ReadonlySet<string>;
};

const UUID_OF_KEY = /(?:^"?|\/api\/idempotency-keys\/|"key":")([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/;

type RequestParts = {
  method: string;
  path: string;
  idempotencyKey: string | null | undefined;
  body: string | undefined;
};

/** An exchange that begins now. */
export function begun(userId: string, { method, path, idempotencyKey, body }: RequestParts): Exchange {
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

/** A `fetch` that records each exchange, answered or not. */
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
    // Half an answer is none.
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

/** A request that moves money, by the API or by a server action. */
export function isPayment({ method, purpose, key }: Exchange): boolean {
  return method === "POST" && purpose === undefined && key !== undefined;
}

/** Whether an exchange leaves its client not knowing: no answer came, or one that says so. */
export function isInDoubt({ answer }: Exchange): boolean {
  return !answer || answer.status === 503 || answer.status === 409;
}

/** The history of one key: of like requests with like answers, only the first and the last, and their number. */
export function historyOfKey(history: History, key: string): string[] {
  const alike = new Map<string, Exchange[]>();
  for (const exchange of history.exchanges) {
    if (exchange.key !== key && !exchange.answer?.body.includes(key)) continue;
    const { userId, method, path, sent, answer } = exchange;
    const kind = JSON.stringify([userId, method, path, sent, answer?.status, answer?.body, answer?.isReplay]);
    alike.set(kind, [...(alike.get(kind) ?? []), exchange]);
  }
  const shown = [...alike.values()].flatMap((group) =>
    [...new Set([group[0], group.at(-1)])].flatMap((exchange, at) =>
      exchange ? [{ exchange, alike: at === 0 ? group.length : 0 }] : [],
    ),
  );
  return shown
    .sort((a, b) => a.exchange.invokedAtMs - b.exchange.invokedAtMs)
    .map(({ exchange: { userId, method, path, invokedAtMs, answer }, alike }) => {
      const claim = answer
        ? `${answer.status} after ${Math.round(answer.atMs - invokedAtMs)} ms: ${answer.body.slice(0, 160)}`
        : "no answer";
      const times = alike > 1 ? `  (${alike} alike)` : "";
      return `${invokedAtMs.toFixed(0).padStart(9)} ms  ${userId.slice(0, 8)}  ${method} ${path}  ${claim}${times}`;
    });
}
