import type { PayCommand } from "@/db/payments/command";
import { type Parsed, parsePayment } from "@/lib/requests";
import { route } from "@/server/http";
import { payRoute } from "@/server/pay-route";

function commandOf(body: unknown): Parsed<PayCommand> {
  const parsed = parsePayment(body);
  if (!parsed.ok) return parsed;
  const operation = "orderId" in parsed.value ? "pay-order" : "transfer";
  return { ok: true, value: { operation, ...parsed.value } as PayCommand };
}

/** Pays an order or transfers to somebody, once per idempotency key. */
export const POST = route((request) => payRoute(request, commandOf));
