import { useTranslations } from "next-intl";
import { bdi } from "@/components/ui/bdi";
import { Button } from "@/components/ui/button";
import { inElements } from "@/components/ui/in-elements";
import type { Payment, Purpose } from "@/lib/api/payment";
import { placeOf } from "@/lib/pay/place";
import type { Payload } from "@/lib/pay/state";
import { mayPayAgain } from "@/lib/pay/state-machine";
import { Alert } from "./alerts";
import { HiddenFields } from "./hidden-fields";

/** What is known of the key that the form holds. */
export type Known = { state: "open" } | { state: "void" } | { state: "declined"; payment: Payment };

/**
 * What is known beside the key: what an earlier answer said, or what is recorded. The key is open, which proves nothing: by now
 * another press may be under way, so neither of the first two says that no money has moved.
 */
const NOTICES = {
  unknown: { title: "checkingTitle", text: "plainUnknown" },
  refused: { title: "plainRefusedTitle", text: "plainRefused" },
  frozen: { title: "frozenTitle", text: "refused_frozen" },
} as const;

/**
 * Pay as a plain form, for a browser without JavaScript: the key in a hidden field, so that a second press, a reload or
 * a browser's own resend is the same payment. After a decline, or where the key is void, a new "Continue".
 */
export function PlainPayForm(props: {
  userId: string;
  purpose: Purpose;
  /** What Pay asks for; none of it twice where the address of the form tells it. */
  payload: Payload;
  /** What travels along and is not paid (server/pay/plain-form.ts). */
  beside?: Payload;
  idempotencyKey: string;
  currency: string;
  amount: string;
  otherName: string;
  known: Known;
  notice: keyof typeof NOTICES | undefined;
}) {
  const { userId, purpose, payload, beside, idempotencyKey, currency, amount, otherName, known, notice } =
    props;
  const place = placeOf(purpose);
  const t = useTranslations("checkout");
  const act = t(`act_${purpose.kind}`);
  if (known.state === "open") {
    return (
      <form method="post" action={`${place}/pay`} className="flex flex-col gap-4">
        <div role="status" className="empty:-mb-4">
          {notice === undefined ? null : (
            <div className="rounded-xl border border-wait-line bg-wait-wash p-4">
              <p className="font-semibold text-wait-text">{t(NOTICES[notice].title)}</p>
              <p className="mt-1 text-sm">{t(NOTICES[notice].text, { act })}</p>
              <a
                href={`/where?key=${idempotencyKey}`}
                className="inline-flex min-h-11 items-center text-sm font-medium text-wait-text underline underline-offset-4"
              >
                {t("whereIsIt")}
              </a>
            </div>
          )}
        </div>
        <HiddenFields fields={{ user: userId, idempotency_key: idempotencyKey, ...payload, ...beside }} />
        <Button type="submit" size="large">
          {t(`pay_${purpose.kind}`, { amount })}
        </Button>
        <p className="text-center text-sm text-soft">{t(`promise_${purpose.kind}`)}</p>
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
              other: otherName,
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
        <form method="post" action={`${place}/continue`}>
          <HiddenFields fields={{ user: userId, ...(purpose.kind === "order" ? {} : payload), ...beside }} />
          <Button type="submit" size="large">
            {t("continue")}
          </Button>
        </form>
      ) : null}
    </div>
  );
}
