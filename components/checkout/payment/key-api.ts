/**
 * The browser's side of the HTTP API: issue a key, read its state, revoke it, pay with it. Every request names the user the
 * form was opened as, so that a changed sign-in in another tab is refused before anything is looked up.
 */

import type { KeyState, Payment, Purpose } from "@/lib/api/payment";
import { withTimeout } from "@/lib/client/with-timeout";
import { isPayment, isRecord, readKeyState, readPaymentResponse, readProblem } from "@/lib/pay/read-response";
import type { PayEvent, Press } from "@/lib/pay/state";

/** A healthy server answers in milliseconds; past this the connection is taken for dead and asked anew. */
const REQUEST_DEADLINE_MS = 10_000;

/** What became of a request to issue a key. Failures that another try may mend are thrown instead. */
export type Issued =
  | { kind: "open"; key: string; isNew: boolean }
  | { kind: "settled"; payment: Payment }
  | { kind: "signed-out" }
  | { kind: "rate-limited"; retryAfterSeconds: number | undefined };

/** What reading a key's state, or revoking the key, found. `unreadable`: no answer, or none that could be relied on. */
export type KeyLookup =
  | { kind: "state"; state: KeyState }
  | { kind: "signed-out" }
  | { kind: "unreadable"; retryAfterSeconds: number | undefined };

/**
 * Gets or creates the key of `purpose`. `asked`: what is answered to who has asked for it already (first-paint.ts). Throws where
 * nothing usable was answered; asking again is always safe.
 */
export async function issueKey(userId: string, purpose: Purpose, asked?: Promise<Response>): Promise<Issued> {
  const response = asked
    ? await readResponse(await asked)
    : await request("/api/idempotency-keys", { userId, method: "POST", body: { purpose } });
  if (response.status === 401) return { kind: "signed-out" };
  if (response.status === 429) return { kind: "rate-limited", retryAfterSeconds: response.retryAfterSeconds };
  const { body } = response;
  if ((response.status === 200 || response.status === 201) && isRecord(body)) {
    if (body.state === "open" && typeof body.key === "string") {
      return { kind: "open", key: body.key, isNew: response.status === 201 };
    }
    const { state, payment } = body;
    const isPaid = state === "settled" && isPayment(payment) && payment.status === "succeeded";
    // A receipt of something else would read as this one's.
    const isOfPurpose =
      isPaid &&
      payment.kind === purpose.kind &&
      (purpose.kind !== "order" || payment.orderId === purpose.orderId) &&
      (purpose.kind !== "refund" || payment.refundOf === purpose.paymentId);
    if (isOfPurpose) return { kind: "settled", payment };
  }
  throw new Error(`No key was issued: status ${response.status}`);
}

export function fetchKeyState(userId: string, key: string, signal?: AbortSignal): Promise<KeyLookup> {
  return keyRequest(userId, key, "GET", signal);
}

/** Revokes `key`: void or settled, never open. `unreadable` means that it is undecided: ask again. */
export async function revokeKey(userId: string, key: string, signal: AbortSignal): Promise<KeyLookup> {
  const lookup = await keyRequest(userId, key, "DELETE", signal);
  const isUndecided = lookup.kind === "state" && lookup.state.state === "open";
  return isUndecided ? { kind: "unreadable", retryAfterSeconds: undefined } : lookup;
}

/** Sends a press to `endpoint` with its key and the payload it had. Never throws: no answer is `unknown`. */
export async function payOverHttp(
  userId: string,
  endpoint: string,
  press: Press,
  signal?: AbortSignal,
): Promise<PayEvent> {
  try {
    const response = await request(endpoint, {
      userId,
      method: "POST",
      body: press.payload,
      idempotencyKey: press.key,
      signal,
    });
    return readPaymentResponse(press.key, response, Date.now());
  } catch {
    // Lost on the way there or on the way back: nobody can tell which.
    return { type: "unknown", key: press.key };
  }
}

async function keyRequest(
  userId: string,
  key: string,
  method: "GET" | "DELETE",
  signal: AbortSignal | undefined,
): Promise<KeyLookup> {
  try {
    const response = await request(`/api/idempotency-keys/${key}`, { userId, method, signal });
    if (response.status === 401 && readProblem(response.body)?.name === "unauthenticated")
      return { kind: "signed-out" };
    const state = response.status === 200 ? readKeyState(key, response.body) : undefined;
    return state === undefined
      ? { kind: "unreadable", retryAfterSeconds: response.retryAfterSeconds }
      : { kind: "state", state };
  } catch {
    return { kind: "unreadable", retryAfterSeconds: undefined };
  }
}

type HttpResponse = { status: number; body: unknown; retryAfterSeconds: number | undefined };

async function request(
  path: string,
  options: {
    userId: string;
    method: "GET" | "POST" | "DELETE";
    body?: unknown;
    idempotencyKey?: string;
    signal?: AbortSignal | undefined;
  },
): Promise<HttpResponse> {
  const headers = new Headers({ Accept: "application/json", "X-Once-User": options.userId });
  if (options.body !== undefined) headers.set("Content-Type", "application/json");
  // A Structured Field String (RFC 9651 §3.3.3): in double quotes.
  if (options.idempotencyKey !== undefined) headers.set("Idempotency-Key", `"${options.idempotencyKey}"`);
  return withTimeout(REQUEST_DEADLINE_MS, options.signal, async (signal) => {
    const response = await fetch(path, {
      method: options.method,
      headers,
      cache: "no-store",
      signal,
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    return readResponse(response);
  });
}

async function readResponse(response: Response): Promise<HttpResponse> {
  const body: unknown = await response.json();
  const retryAfterSeconds = readRetryAfter(response.headers.get("Retry-After"));
  return { status: response.status, body, retryAfterSeconds };
}

/** Retry-After as whole seconds (RFC 9110 §10.2.3); we never send the date form, so it counts as absent. */
function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,5}$/.test(header) ? Number(header) : undefined;
}
