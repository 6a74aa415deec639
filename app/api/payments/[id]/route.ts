import { keyState } from "@/db/idempotency/state";
import { findPaymentFor } from "@/db/payments/views/queries";
import { renderPayment } from "@/db/payments/views/render";
import { uuid } from "@/lib/api/requests";
import { otherMethods } from "@/server/http/other-methods";
import { readKey } from "@/server/http/request/key-header";
import { fail, json } from "@/server/http/responses";
import { route } from "@/server/http/route";

/** One payment that the caller is in. */
export const GET = route("GET /api/payments/[id]", async ({ request, params, user }) => {
  const { data: id } = uuid.safeParse(params.id);
  if (id === undefined) return fail("not-found");
  const found = await findPaymentFor(user.id, id);
  if (found) return json(200, found.payment);
  // The id may be a key of the caller's own. That no money moved is said only where it never will: an open key may be paid
  // with at this moment, and of another one that is sent along nothing is known.
  const record = await keyState(user.id, id);
  if (record.state === "settled") return json(200, renderPayment(record.payment));
  const isCertain = record.state === "void" && readKey(request).type === "missing";
  return fail("not-found", { moneyMoved: isCertain ? "no" : "unknown" });
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/payments/[id]");
