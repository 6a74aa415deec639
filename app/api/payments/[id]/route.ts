import { keyState } from "@/db/idempotency/state";
import { findPaymentFor } from "@/db/payments/queries";
import { renderPayment } from "@/db/payments/render";
import { uuid } from "@/lib/requests";
import { fail, json } from "@/server/http";
import { otherMethods } from "@/server/other-methods";
import { route } from "@/server/route";

/** One payment that the caller is in. */
export const GET = route("GET /api/payments/[id]", async ({ params, user }) => {
  const notFound = () => fail("not-found", { moneyMoved: "no" });
  const { data: id } = uuid.safeParse(params.id);
  if (id === undefined) return notFound();
  const found = await findPaymentFor(user.id, id);
  if (found) return json(200, found.payment);
  // The id may be a key of the caller's own. That no money moved is said only after the key itself was looked at.
  const record = await keyState(user.id, id);
  return record.state === "settled" ? json(200, renderPayment(record.payment)) : notFound();
});

export const { DELETE, OPTIONS, PATCH, POST, PUT } = otherMethods("/api/payments/[id]");
