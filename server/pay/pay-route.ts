/** Paying over HTTP, shared by every route that moves money. */
import type { PayCommand } from "@/db/payments/command";
import type { Resolved } from "@/db/payments/look-up";
import { readAhead } from "@/db/payments/pay";
import type { PaymentResponse } from "@/lib/api/payment-response";
import type { ParsedPayment } from "@/lib/api/requests";
import type { ApiAnswer } from "../http/answer.ts";
import type { ApiRequest } from "../http/fast-path/api-request.ts";
import { arrivedJson, readJson } from "../http/request/body.ts";
import { readKey } from "../http/request/key-header.ts";
import { fail, json, problemResponse } from "../http/responses.ts";
import type { FoundTogether } from "../http/route.ts";
import { bearerKey, callerBy, type Viewer } from "../identity/viewer.ts";
import { executePayment, rejectInvalid, rejectNotFound } from "./payment-service.ts";

/** A replay differs from the first response by one header and by nothing else. */
function toHttpResponse(response: PaymentResponse): ApiAnswer {
  const headers: Record<string, string> = response.replayed ? { "idempotent-replayed": "true" } : {};
  return "id" in response.body
    ? json(response.status, response.body, { location: `/api/payments/${response.body.id}`, ...headers })
    : problemResponse(response.body, headers);
}

type CommandOf = (body: unknown) => ParsedPayment<PayCommand>;

/** A request to pay that was read whole, with what its key and its command were found to be. */
export type Ahead = { key: string; command: PayCommand; resolved: Resolved };

/** More than a request to pay has: what is longer is read once it is known who sends it. */
const AHEAD_MAX_BYTES = 4 * 1024;

/**
 * Finds who sends a request to pay and what paying reads first in one statement, where that can be: by an API key, and with a
 * body that has come and is right. Undefined for any other request, which is then read and answered step by step.
 */
export function readPaymentAhead(
  request: ApiRequest,
  commandOf: CommandOf,
): Promise<FoundTogether<Ahead>> | undefined {
  const apiKey = bearerKey(request.headers);
  // Of a form that was opened as somebody else nothing is looked up.
  if (!apiKey || request.headers.get("x-once-user") !== null) return undefined;
  if (Number(request.headers.get("content-length") ?? 0) > AHEAD_MAX_BYTES) return undefined;
  const reading = readKey(request);
  const body = reading.type === "key" ? arrivedJson(request) : undefined;
  if (reading.type !== "key" || !body?.ok) return undefined;
  const command = commandOf(body.value);
  return command.ok ? findAhead(apiKey, reading.key, command.value) : undefined;
}

async function findAhead(apiKey: string, key: string, command: PayCommand): Promise<FoundTogether<Ahead>> {
  const { caller, resolved } = await readAhead(apiKey, key, command);
  return { caller: callerBy(caller), found: { key, command, resolved } };
}

/**
 * Answers a request of `user` to pay: first the key, then the address, then the body. `commandOf` makes the command of a
 * body; where there is none, the address names nothing that could be paid.
 */
export async function payRoute(
  call: { request: ApiRequest; user: Viewer; requestId: string; found?: Ahead | undefined },
  commandOf: CommandOf | undefined,
): Promise<ApiAnswer> {
  const { request, user, requestId, found } = call;
  const asked = { userId: user.id, channel: "api", requestId } as const;
  if (found !== undefined) {
    const { key, command, resolved } = found;
    return toHttpResponse(await executePayment({ ...asked, key }, command, undefined, resolved));
  }
  const reading = readKey(request);
  if (reading.type === "missing") return fail("idempotency-key-missing");
  if (reading.type === "malformed") return fail("idempotency-key-malformed");
  const attempt = { ...asked, key: reading.key };
  if (!commandOf) return toHttpResponse(await rejectNotFound(attempt));
  const body = await readJson(request);
  const command: ParsedPayment<PayCommand> = body.ok
    ? commandOf(body.value)
    : { ok: false, errors: body.errors };
  return toHttpResponse(
    command.ok
      ? await executePayment(attempt, command.value)
      : await rejectInvalid(attempt, command.errors, command.legacy),
  );
}
