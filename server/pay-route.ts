/** The HTTP door to paying, shared by every route that moves money. */
import type { PayCommand } from "@/db/payments/command";
import type { DoorAnswer } from "@/lib/door";
import type { Parsed } from "@/lib/requests";
import { fail, json, problemResponse, readJson, requireCaller } from "./http.ts";
import { readKey } from "./idempotency-key.ts";
import { answerInvalid, answerPayment } from "./pay-door.ts";

/** An answer of a door, as an HTTP response. A replay differs by one header and by nothing else. */
export function doorResponse(answer: DoorAnswer): Response {
  const headers: Record<string, string> = answer.replayed ? { "idempotent-replayed": "true" } : {};
  return answer.status === 201 && "id" in answer.body
    ? json(201, answer.body, { location: `/api/payments/${answer.body.id}`, ...headers })
    : problemResponse({ ...answer.body, status: answer.status }, headers);
}

/** Answers a request to pay: caller, key, body, in this order; `commandOf` makes the command of a parsed body. */
export async function payRoute(
  request: Request,
  commandOf: (body: unknown) => Parsed<PayCommand>,
): Promise<Response> {
  const { user } = await requireCaller(request);
  const reading = readKey(request);
  if (reading.type === "missing") return fail("idempotency-key-missing");
  if (reading.type === "malformed") return fail("idempotency-key-malformed");
  const body = await readJson(request);
  const command: Parsed<PayCommand> = body
    ? commandOf(body.json)
    : { ok: false, errors: [{ pointer: "", detail: "is not valid JSON in UTF-8" }] };
  return doorResponse(
    command.ok
      ? await answerPayment(user.id, reading.key, command.value)
      : await answerInvalid(user.id, reading.key, command.errors),
  );
}
