"use server";

import { redirect } from "next/navigation";
import { getLocale, getTranslations } from "next-intl/server";
import type { OpsAnswer, OpsFormState } from "@/components/ops/answer";
import { findSale, issueRefundKey, refundFor } from "@/db/payments/operator-refund";
import { uuid } from "@/lib/api/requests";
import { parseForm, refuseForm, troubled } from "@/lib/form/form-state";
import { operatorRefundForm } from "@/lib/ops/refund-form";
import { formAction, troubleOf } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { whoOpened } from "@/server/identity/who-opened";
import { noteReceipt } from "@/server/mail/receipts";
import { refundPath, refusalCode, typedRefund } from "@/server/ops/refund";
import { recordAndCount, verdictOf } from "@/server/pay/payment-attempt";

/** A field of a form that names something; undefined where it does not. */
function idOf(form: FormData, name: string): string | undefined {
  return uuid.safeParse(form.get(name)).data;
}

/** The form once more, with `answer` above it. */
function answered(form: FormData, answer: OpsAnswer): OpsFormState {
  return { ...refuseForm(form, []), answer };
}

/**
 * Begins a refund for whoever sold something: issues its key, once for each form, and leads to the page that asks once more. Moves
 * nothing.
 */
export async function beginRefund(_previous: OpsFormState, form: FormData): Promise<OpsFormState> {
  return formAction(
    "beginRefund",
    async () => {
      const authorization = await authorizeAction("beginRefund", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const [t, locale] = await Promise.all([getTranslations("opsRefund"), getLocale()]);
      const paymentId = idOf(form, "paymentId");
      const sale = paymentId === undefined ? undefined : await findSale(paymentId);
      if (sale === undefined)
        return answered(form, { tone: "alert", title: t("notDone"), text: t("refused_payment_unknown") });
      const parsed = parseForm(operatorRefundForm(sale.currency, sale.leftMinor.toString(), locale), form);
      if (!parsed.ok) return parsed.state;
      const { intentId, amountMinor, reason } = parsed.value;
      const issued = await issueRefundKey(sale, intentId);
      switch (issued.type) {
        case "created":
        case "found":
          return redirect(refundPath(sale.paymentId, issued.key, { amountMinor, reason }));
        case "settled":
          return redirect(refundPath(sale.paymentId, issued.payment.id));
        case "capped":
          return answered(form, { tone: "alert", title: t("notDone"), text: t("capped") });
        case "not-found":
        case "other-subject":
          return answered(form, { tone: "alert", title: t("notDone"), text: t("refused_payment_unknown") });
        default:
          return issued satisfies never;
      }
    },
    (trouble) => troubled(form, trouble),
  );
}

/**
 * Refunds, once for each key, however often it is sent. Where an outcome is there, the page of the key shows it; where it is not
 * known, the same form finds out.
 */
export async function refundForMerchant(_previous: OpsFormState, form: FormData): Promise<OpsFormState> {
  return formAction<OpsFormState>(
    "refundForMerchant",
    async () => {
      const authorization = await authorizeAction("refundForMerchant", whoOpened(form));
      if (!authorization.ok) return troubled(form, troubleOf(authorization));
      const t = await getTranslations("opsRefund");
      const [paymentId, key] = [idOf(form, "paymentId"), idOf(form, "key")];
      const typed = typedRefund({
        amountMinor: String(form.get("amountMinor") ?? ""),
        reason: String(form.get("reason") ?? ""),
      });
      const sale = paymentId === undefined ? undefined : await findSale(paymentId);
      if (sale === undefined || key === undefined || typed === undefined)
        return answered(form, { tone: "alert", title: t("notDone"), text: t("refused_payment_unknown") });
      const attempt = { userId: sale.merchant.id, key, channel: "action" } as const;
      const result = await recordAndCount(
        attempt,
        () => refundFor(authorization.viewer.id, sale, key, typed),
        verdictOf,
      );
      if (result.type === "refused")
        return answered(form, {
          tone: "alert",
          title: t("notDone"),
          text: t(`refused_${refusalCode(result.reason)}`),
        });
      if (result.type === "settled") noteReceipt(result.payment);
      // Made, declined, made otherwise before, or never to be: the page of the key says which.
      redirect(refundPath(sale.paymentId, key, typed));
    },
    (trouble) => troubled(form, trouble),
    // Not known, and looked into by the next press: under the same key it finds out.
  ).then(async (state) => (state.trouble?.code === "unavailable" ? checking(form) : state));
}

async function checking(form: FormData): Promise<OpsFormState> {
  const t = await getTranslations("opsRefund");
  return answered(form, { tone: "checking", title: t("checking"), text: t("checkingText") });
}
