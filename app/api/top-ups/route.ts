import { parse, topUpRequest } from "@/lib/requests";
import { isDemo } from "@/server/environment";
import { fail } from "@/server/http";
import { payRoute } from "@/server/pay-route";
import { route } from "@/server/route";

/** Pays play money in. There is no such door outside the demo. */
export const POST = route("POST /api/top-ups", async (call) => {
  if (!isDemo()) return fail("not-found", { moneyMoved: "no" });
  return payRoute(call, (body) => {
    const parsed = parse(topUpRequest, body);
    return parsed.ok ? { ok: true, value: { operation: "top-up", ...parsed.value } } : parsed;
  });
});
