import { findPaymentFor } from "@/db/payments/queries";
import { fail, json, requireCaller, route } from "@/server/http";
import { isUuid } from "@/server/idempotency-key";

/** One payment that the caller is in. */
export const GET = route<{ id: string }>(async (request, { id }) => {
  const { user } = await requireCaller(request);
  const found = isUuid(id) ? await findPaymentFor(user.id, id.toLowerCase()) : undefined;
  return found ? json(200, found.payment) : fail("not-found", { moneyMoved: "no" });
});
