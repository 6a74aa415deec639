/** The receipt of a payment as a mail. */
import { findPaymentFor } from "@/db/payments/views/queries";
import type { Locale } from "@/lib/locale";
import { formatMoney } from "@/lib/money";
import { formatterFor, translatorFor } from "../texts.ts";
import { linkOrigin } from "./delivery.ts";
import { type MailMessage, makeMessage, type Quoted } from "./message.ts";

/** Composes the receipt of `paymentId` for `userId`, who must be in it. */
export async function composeReceipt(
  { paymentId, userId }: { paymentId: string; userId: string },
  locale: Locale,
): Promise<MailMessage> {
  const view = await findPaymentFor(userId, paymentId);
  if (view === undefined)
    throw new Error(`Bug: a receipt of payment ${paymentId}, in which its reader has no part.`);
  const { payment, payer, payee, orderDescription } = view;
  const t = translatorFor(locale, "mail");
  const amount = formatMoney(payment.amountMinor, payment.currency, locale);
  const quoted = (text: string): Quoted => ({ quoted: text });
  return makeMessage(locale, t("receipt_subject", { amount }), [
    { type: "title", text: t("receipt_title", { amount }) },
    { type: "text", text: t("receipt_lead") },
    {
      type: "facts",
      facts: [
        [t("receipt_amount"), amount],
        [t("receipt_from"), quoted(payer.name)],
        [t("receipt_to"), quoted(payee.name)],
        ...(orderDescription === undefined ? [] : [[t("receipt_for"), quoted(orderDescription)] as const]),
        ...(payment.note === undefined ? [] : [[t("receipt_note"), quoted(payment.note)] as const]),
        [t("receipt_when"), formatterFor(locale).dateTime(new Date(payment.settledAt), "moment")],
        [t("receipt_reference"), payment.id],
      ],
    },
    { type: "link", label: t("receipt_open"), url: `${linkOrigin()}/payments/${payment.id}` },
    { type: "small", text: t("receipt_off") },
    { type: "small", text: t("footer") },
  ]);
}
