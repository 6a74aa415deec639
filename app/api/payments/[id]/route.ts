import { findPaymentFor } from "@/db/payments/queries";
import { fail, json } from "@/server/http";
import { isUuid } from "@/server/idempotency-key";
import { route } from "@/server/route";

/** One payment that the caller is in. */
export const GET = route("GET /api/payments/[id]", async ({ params: { id }, user }) => {
  const found = isUuid(id) ? await findPaymentFor(user.id, id.toLowerCase()) : undefined;
  return found ? json(200, found.payment) : fail("not-found", { moneyMoved: "no" });
});
