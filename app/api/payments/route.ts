import type { PayCommand } from "@/db/payments/command";
import { listPaymentsFor } from "@/db/payments/views/list";
import {
  type ParsedPayment,
  type PayOrderRequest,
  parsePayment,
  type TransferRequest,
} from "@/lib/api/requests";
import { otherMethods } from "@/server/http/other-methods";
import { pageOf } from "@/server/http/request/paging";
import { route } from "@/server/http/route";
import { type Ahead, payRoute, readPaymentAhead } from "@/server/pay/pay-route";

function commandFrom(value: PayOrderRequest | TransferRequest): PayCommand {
  return "orderId" in value ? { operation: "pay-order", ...value } : { operation: "transfer", ...value };
}

function commandOf(body: unknown): ParsedPayment<PayCommand> {
  const parsed = parsePayment(body);
  if (parsed.ok) return { ok: true, value: commandFrom(parsed.value) };
  return { ...parsed, legacy: parsed.legacy && commandFrom(parsed.legacy) };
}

/** Pays an order or transfers to somebody, once per idempotency key. */
export const POST = route<"POST /api/payments", Ahead>(
  "POST /api/payments",
  (call) => payRoute(call, commandOf),
  (request) => readPaymentAhead(request, commandOf),
);

/** A page of the payments that the caller asked for or received, newest first. */
export const GET = route("GET /api/payments", ({ request, user }) =>
  pageOf("payments", request, (limit, after) => listPaymentsFor(user.id, limit, after), {
    show: ({ payment }) => payment,
    positionOf: ({ cursor }) => cursor,
  }),
);

export const { DELETE, OPTIONS, PATCH, PUT } = otherMethods("/api/payments");
