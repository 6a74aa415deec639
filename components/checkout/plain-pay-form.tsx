import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import type { Payment } from "@/lib/api/payment";
import { mayPayAgain } from "@/lib/pay/state-machine";
import { Alert } from "./alerts";

/** What is known of the key that the form holds. */
type Known = { state: "open" } | { state: "void" } | { state: "declined"; payment: Payment };

/**
 * What an earlier answer said, which led to this address. The key is open, which proves nothing: by now another press may
 * be under way, so neither says that no money has moved.
 */
const NOTICES = {
  unknown: { title: "checkingTitle", text: "plainUnknown" },
  refused: { title: "plainRefusedTitle", text: "plainRefused" },
} as const;

/**
 * Pay as a plain form, for a browser without JavaScript: the key in a hidden field, so that a second press, a reload or
 * a browser's own resend is the same payment. After a decline, or where the key is void, a new "Continue".
 */
export function PlainPayForm(props: {
  userId: string;
  orderId: string;
  idempotencyKey: string;
  amountMinor: string;
  currency: string;
  amount: string;
  merchantName: string;
  known: Known;
  notice: keyof typeof NOTICES | undefined;
}) {
  const { userId, orderId, idempotencyKey, amountMinor, currency, amount, merchantName, known, notice } =
    props;
  const t = useTranslations("checkout");
  if (known.state === "open") {
    return (
      <form method="post" action={`/checkout/${orderId}/pay`} className="flex flex-col gap-4">
        <div role="status" className="empty:-mb-4">
          {notice === undefined ? null : (
            <div className="rounded-xl border border-wait-line bg-wait-wash p-4">
              <p className="font-semibold text-wait-text">{t(NOTICES[notice].title)}</p>
              <p className="mt-1 text-sm">{t(NOTICES[notice].text)}</p>
            </div>
          )}
        </div>
        <input type="hidden" name="user" value={userId} />
        <input type="hidden" name="idempotency_key" value={idempotencyKey} />
        <input type="hidden" name="amountMinor" value={amountMinor} />
        <input type="hidden" name="currency" value={currency} />
        <Button type="submit" size="large">
          {t("pay", { amount })}
        </Button>
        <p className="text-center text-sm text-soft">{t("promise")}</p>
      </form>
    );
  }
  const canPayAgain = known.state === "void" || mayPayAgain(known.payment.declineCode);
  return (
    <div className="flex flex-col gap-4">
      {known.state === "declined" ? (
        <Alert title={t("declinedTitle")}>
          {inElements(
            t.rich(`declined_${known.payment.declineCode ?? "unknown"}`, {
              merchant: merchantName,
              currency,
              amount,
              bdi,
            }),
          )}
        </Alert>
      ) : (
        <p role="status" className="rounded-xl border border-line bg-wash p-4 text-sm">
          {t("plainVoid")}
        </p>
      )}
      {canPayAgain ? (
        <form method="post" action={`/checkout/${orderId}/continue`}>
          <input type="hidden" name="user" value={userId} />
          <Button type="submit" size="large">
            {t("continue")}
          </Button>
        </form>
      ) : null}
    </div>
  );
}
