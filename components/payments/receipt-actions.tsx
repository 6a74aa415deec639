import { Download } from "lucide-react";
import Link from "next/link";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import { mayPayAgain } from "@/lib/pay/state-machine";
import { mayRefund, type Receipt } from "@/lib/receipt";
import { MailReceipt } from "./receipt-mail";

/** What can be done with a receipt. */
export function ReceiptActions({
  receipt,
  viewerId,
  mailIntentId,
}: {
  receipt: Receipt;
  viewerId: string;
  mailIntentId: string | undefined;
}) {
  const t = useTranslations("payment");
  const tReceipt = useTranslations("receipt");
  const { payment, order } = receipt;
  const isOpenAgain = payment.status === "declined" && order?.state === "open";
  return (
    <div className="print:hidden mt-6 flex flex-wrap justify-center gap-3">
      {isOpenAgain && mayPayAgain(payment.declineCode) ? (
        <Button asChild>
          <Link href={`/checkout/${order.id}`}>{t("tryAgain")}</Link>
        </Button>
      ) : null}
      {mayRefund(receipt, viewerId) ? (
        <Button asChild look="quiet">
          <Link href={`/payments/${payment.id}/refund`}>{tReceipt("refundIt")}</Link>
        </Button>
      ) : null}
      {/* No page of the application: the browser fetches it by itself. */}
      <Button asChild look="quiet">
        <a href={`/payments/${payment.id}/receipt.pdf`} download>
          <Download aria-hidden="true" className="size-5" />
          <span>{tReceipt("download")}</span>
        </a>
      </Button>
      {mailIntentId === undefined ? null : (
        <MailReceipt paymentId={payment.id} viewerId={viewerId} intentId={mailIntentId} />
      )}
      <Button asChild look="quiet">
        <Link href="/payments">{t("allPayments")}</Link>
      </Button>
      <Button asChild look="quiet">
        <Link href="/">{t("backHome")}</Link>
      </Button>
    </div>
  );
}
