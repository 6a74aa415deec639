import { Mail } from "lucide-react";
import { useTranslations } from "next-intl";
import { Button } from "@/components/ui/button";
import type { MailResult } from "@/lib/receipt";

/** Asks for the receipt by e-mail: a plain form, which names itself by `intentId`, so that two presses send one mail. */
export function MailReceipt({
  paymentId,
  viewerId,
  intentId,
}: {
  paymentId: string;
  viewerId: string;
  intentId: string;
}) {
  const t = useTranslations("receipt");
  return (
    <form method="post" action={`/payments/${paymentId}/mail`}>
      <input type="hidden" name="user" value={viewerId} />
      <input type="hidden" name="intentId" value={intentId} />
      <Button type="submit" look="quiet">
        <Mail aria-hidden="true" className="size-5" />
        <span>{t("mail")}</span>
      </Button>
    </form>
  );
}

/** What became of that. */
export function MailNotice({ result, email }: { result: MailResult; email: string }) {
  const t = useTranslations("receipt");
  return (
    <p
      role="status"
      className="print:hidden mx-auto mb-4 w-full max-w-lg rounded-xl border border-line bg-accent-wash p-3 text-accent-text wrap-anywhere"
    >
      {t(`mail_${result}`, { email })}
    </p>
  );
}
