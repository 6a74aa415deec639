/** The HTTP door to paying, shared by every route that moves money. */
import type { PayCommand } from "@/db/payments/command";
import type { DoorAnswer } from "@/lib/door";
import type { Parsed } from "@/lib/requests";
import { fail, json, problemResponse, readJson } from "./http.ts";
import { readKey } from "./idempotency-key.ts";
import { answerInvalid, answerPayment } from "./pay-door.ts";

/** An answer of a door, as an HTTP response. A replay differs by one header and by nothing else. */
function doorResponse(answer: DoorAnswer): Response {
  const headers: Record<string, string> = answer.replayed ? { "idempotent-replayed": "true" } : {};
  return answer.status === 201 && "id" in answer.body
    ? json(201, answer.body, { location: `/api/payments/${answer.body.id}`, ...headers })
    : problemResponse({ ...answer.body, status: answer.status }, headers);
}

/** Answers a request of `userId` to pay: first the key, then the body; `commandOf` makes the command of a body. */
export async function payRoute(
  request: Request,
  userId: string,
  commandOf: (body: unknown) => Parsed<PayCommand>,
): Promise<Response> {
  const reading = readKey(request);
  if (reading.type === "missing") return fail("idempotency-key-missing");
  if (reading.type === "malformed") return fail("idempotency-key-malformed");
  const body = await readJson(request);
  const command = body.ok ? commandOf(body.value) : body;
  return doorResponse(
    command.ok
      ? await answerPayment(userId, reading.key, command.value)
      : await answerInvalid(userId, reading.key, command.errors),
  );
}
