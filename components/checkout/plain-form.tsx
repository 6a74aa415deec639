import type { ComponentProps } from "react";
import type { Purpose } from "@/lib/api/payment";
import { placeOf } from "@/lib/pay/place";
import type { Payload } from "@/lib/pay/state";
import { HiddenFields } from "./hidden-fields";

/**
 * The one form of a payment, with scripts and without: a press posts it to the purpose's own address, with the key in a
 * hidden field, so that a second press, a reload or a browser's own resend is the same payment. `idempotencyKey`: where the
 * server knows it already. `beside`: what travels along and is not paid (server/pay/plain-form.ts).
 */
export function PlainForm({
  userId,
  purpose,
  payload,
  beside,
  idempotencyKey = "",
  children,
  ...rest
}: {
  userId: string;
  purpose: Purpose;
  payload: Payload;
  beside?: Payload | undefined;
  idempotencyKey?: string;
} & Omit<ComponentProps<"form">, "action" | "method">) {
  return (
    // What the script of the first paint has opened and filled in is not restored by the browser: the next one does so itself.
    <form method="post" action={`${placeOf(purpose)}/pay`} autoComplete="off" {...rest}>
      <HiddenFields fields={{ user: userId, idempotency_key: idempotencyKey, ...payload, ...beside }} />
      <div className="flex flex-col gap-4">{children}</div>
    </form>
  );
}
