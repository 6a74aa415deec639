import { keyState } from "@/db/idempotency/state";
import { findPaymentFor } from "@/db/payments/queries";
import { renderPayment } from "@/db/payments/render";
import { uuid } from "@/lib/api/requests";
import { otherMethods } from "@/server/http/other-methods";
import { fail, json } from "@/server/http/responses";
import { route } from "@/server/http/route";

/** One payment that the caller is in. */
export const GET = route("GET /api/payments/[id]", async ({ params, user }) => {
  const notFound = (moneyMoved: "no" | "unknown") => fail("not-found", { moneyMoved });
  const { data: id } = uuid.safeParse(params.id);
  if (id === undefined) return notFound("no");
  const found = await findPaymentFor(user.id, id);
  if (found) return json(200, found.payment);
  // The id may be a key of the caller's own. That no money moved is said only where it never will: an open key may be paid
  // with at this moment.
  const record = await keyState(user.id, id);
  if (record.state === "settled") return json(200, renderPayment(record.payment));
  return notFound(record.state === "open" ? "unknown" : "no");
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/payments/[id]");
