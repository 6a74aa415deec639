import { useLocale, useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { inElements } from "@/components/ui/in-elements";
import { Panel } from "@/components/ui/panel";
import type { Purpose } from "@/lib/api/payment";
import { formatMoney } from "@/lib/money";
import type { Payload } from "@/lib/pay/state";
import { PlainPayForm } from "./plain-pay-form";

/**
 * The plain form while nothing can be looked up: the key and the fields of its address once more, so that Pay asks for the same
 * payment again. The POST authorizes as ever, and the key works for its user alone. `payload` is undefined where the address
 * does not tell all that is paid.
 */
export function UnreadPayForm({
  userId,
  idempotencyKey,
  purpose,
  payload,
  currency,
  beside,
  address,
}: {
  userId: string;
  idempotencyKey: string;
  purpose: Purpose;
  payload: (Payload & { amountMinor: string }) | undefined;
  /** Of the amount, where the address tells it. */
  currency: string | undefined;
  beside?: Payload;
  address: string;
}) {
  const t = useTranslations("checkout");
  const locale = useLocale();
  const amount =
    payload === undefined || currency === undefined
      ? t("unreadAmount")
      : formatMoney(payload.amountMinor, currency, locale);
  return (
    <div className="mx-auto w-full max-w-xl">
      <h1 className="mb-6 text-title">{t("plainTitle")}</h1>
      <Panel>
        <p className="mb-5">{t("unread")}</p>
        {payload === undefined ? (
          <div className="rounded-xl border border-wait-line bg-wait-wash p-4">
            <p className="font-semibold text-wait-text">{t("checkingTitle")}</p>
            <p className="mt-1 text-sm">{t("unreadNothing")}</p>
            <a
              href={address}
              className="inline-flex min-h-11 items-center text-sm font-medium text-wait-text underline underline-offset-4"
            >
              {t("unreadReload")}
            </a>
          </div>
        ) : (
          <>
            {payload.payee === undefined ? null : (
              <p className="mb-5 text-sm text-soft wrap-anywhere">
                {inElements(t.rich("unreadPayee", { payee: payload.payee, bdi }))}
              </p>
            )}
            <PlainPayForm
              userId={userId}
              purpose={purpose}
              payload={payload}
              {...(beside && { beside })}
              idempotencyKey={idempotencyKey}
              currency={currency ?? ""}
              amount={amount}
              otherName=""
              known={{ state: "open" }}
              notice="unknown"
            />
          </>
        )}
      </Panel>
    </div>
  );
}
