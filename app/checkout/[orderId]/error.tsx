"use client";

import { useParams } from "next/navigation";
import { ContinueWithoutScript } from "@/components/checkout/continue-without-script";
import { NotShown } from "@/components/site/not-shown";

/**
 * A checkout that broke, by a script that did not arrive or a program that changed the page: it can be paid without one. The
 * same key again, so whatever was pressed before stays one payment.
 */
export default function CheckoutErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const { orderId } = useParams<{ orderId: string }>();
  return (
    <NotShown error={error} retry={retry}>
      <ContinueWithoutScript place={`/checkout/${orderId}`} carried={{}} isDelayed={false} />
    </NotShown>
  );
}
