import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";

const OF_ORDER = {
  paid: { title: "paidByOtherTitle", text: "paidByOther" },
  cancelled: { title: "cancelledTitle", text: "cancelled" },
  expired: { title: "expiredTitle", text: "expired" },
  own: { title: "ownOrderTitle", text: "ownOrder" },
} as const;

const OF_REQUEST = {
  paid: { title: "requestPaidByOtherTitle", text: "requestPaidByOther" },
  cancelled: { title: "requestCancelledTitle", text: "requestCancelled" },
  expired: { title: "requestExpiredTitle", text: "requestExpired" },
  own: { title: "ownRequestTitle", text: "ownRequest" },
} as const;

/**
 * Says why an order cannot be paid here, and whether money of `viewerName` has moved: whoever else pays in this browser may
 * have paid it. There is no Pay beside it.
 */
export function ClosedOrder({
  reason,
  merchantName,
  viewerName,
  isRequest,
}: {
  reason: keyof typeof OF_ORDER;
  merchantName: string;
  viewerName: string;
  /** Whether a person asks for the money, not a merchant. */
  isRequest: boolean;
}) {
  const t = useTranslations("checkout");
  const { title, text } = (isRequest ? OF_REQUEST : OF_ORDER)[reason];
  return (
    <div className="rounded-xl border border-line bg-wash p-4">
      <p className="font-semibold">{t(title)}</p>
      <p className="mt-1 text-sm">
        {inElements(t.rich(text, { merchant: merchantName, viewer: viewerName, bdi }))}
      </p>
      <Button asChild look="quiet" size="small" className="mt-4">
        <Link href="/payments">{t("seePayments")}</Link>
      </Button>
    </div>
  );
}
