import type { PayCommand } from "@/db/payments/command";
import { type Parsed, parsePayment } from "@/lib/requests";
import { payRoute } from "@/server/pay-route";
import { route } from "@/server/route";

function commandOf(body: unknown): Parsed<PayCommand> {
  const parsed = parsePayment(body);
  if (!parsed.ok) return parsed;
  const { value } = parsed;
  return {
    ok: true,
    value: "orderId" in value ? { operation: "pay-order", ...value } : { operation: "transfer", ...value },
  };
}

/** Pays an order or transfers to somebody, once per idempotency key. */
export const POST = route("POST /api/payments", (call) => payRoute(call, commandOf));
