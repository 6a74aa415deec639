import { parse, topUpRequest } from "@/lib/api/requests";
import { otherMethods } from "@/server/http/other-methods";
import { route } from "@/server/http/route";
import { isDemo } from "@/server/lifecycle/environment";
import { payRoute } from "@/server/pay/pay-route";

/** Pays play money in. Demo only. */
export const POST = route("POST /api/top-ups", (call) => {
  if (!isDemo()) return payRoute(call, undefined);
  return payRoute(call, (body) => {
    const parsed = parse(topUpRequest, body);
    return parsed.ok ? { ok: true, value: { operation: "top-up", ...parsed.value } } : parsed;
  });
});

export const { DELETE, GET, HEAD, OPTIONS, PATCH, PUT } = otherMethods("/api/top-ups");
