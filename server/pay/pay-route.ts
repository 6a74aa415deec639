/** Paying over HTTP, shared by every route that moves money. */
import type { PayCommand } from "@/db/payments/command";
import type { PaymentResponse } from "@/lib/api/payment-response";
import type { ParsedPayment } from "@/lib/api/requests";
import type { ApiRequest } from "../http/fast-path/api-request.ts";
import { readJson } from "../http/request/body.ts";
import { readKey } from "../http/request/key-header.ts";
import { fail, json, problemResponse } from "../http/responses.ts";
import type { Viewer } from "../identity/viewer.ts";
import { executePayment, rejectInvalid, rejectNotFound } from "./payment-service.ts";

/** A replay differs from the first response by one header and by nothing else. */
function toHttpResponse(response: PaymentResponse): Response {
  const headers: Record<string, string> = response.replayed ? { "idempotent-replayed": "true" } : {};
  return "id" in response.body
    ? json(response.status, response.body, { location: `/api/payments/${response.body.id}`, ...headers })
    : problemResponse(response.body, headers);
}

/**
 * Answers a request of `user` to pay: first the key, then the address, then the body. `commandOf` makes the command of a
 * body; where there is none, the address names nothing that could be paid.
 */
export async function payRoute(
  { request, user, requestId }: { request: ApiRequest; user: Viewer; requestId: string },
  commandOf: ((body: unknown) => ParsedPayment<PayCommand>) | undefined,
): Promise<Response> {
  const reading = readKey(request);
  if (reading.type === "missing") return fail("idempotency-key-missing");
  if (reading.type === "malformed") return fail("idempotency-key-malformed");
  const attempt = { userId: user.id, key: reading.key, channel: "api", requestId } as const;
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
