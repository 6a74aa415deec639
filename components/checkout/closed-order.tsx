import Link from "next/link";
import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";

const TEXTS = {
  paid: { title: "paidByOtherTitle", text: "paidByOther" },
  cancelled: { title: "cancelledTitle", text: "cancelled" },
  expired: { title: "expiredTitle", text: "expired" },
  own: { title: "ownOrderTitle", text: "ownOrder" },
} as const;

/**
 * Says why an order cannot be paid here, and whether money of `viewerName` has moved: whoever else pays in this browser may
 * have paid it. There is no Pay beside it.
 */
export function ClosedOrder({
  reason,
  merchantName,
  viewerName,
}: {
  reason: keyof typeof TEXTS;
  merchantName: string;
  viewerName: string;
}) {
  const t = useTranslations("checkout");
  const { title, text } = TEXTS[reason];
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
