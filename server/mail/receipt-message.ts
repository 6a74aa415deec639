/** The receipt of a payment as a mail. */
import { findReceipt } from "@/db/payments/views/receipt";
import type { Locale } from "@/lib/locale";
import { formatMoney } from "@/lib/money";
import { type AmountList, type ReceiptLines, receiptLines } from "../documents/receipt-lines.ts";
import { receiptPdf } from "../documents/receipt-pdf.ts";
import { translatorFor } from "../texts.ts";
import { linkOrigin } from "./delivery.ts";
import { type Block, type MailMessage, makeMessage } from "./message.ts";

/**
 * Composes the receipt of `paymentId` for `userId`, who must be in it: what its page says, and where somebody asked for it
 * (`isAsked`) the PDF. The mail that follows each payment by itself brings none: a PDF takes a processor some hundredths of a
 * second, and in a rush of payments those would be theirs.
 */
export async function composeReceipt(
  {
    paymentId,
    userId,
    isAsked = false,
  }: { paymentId: string; userId: string; isAsked?: boolean | undefined },
  locale: Locale,
): Promise<MailMessage> {
  const receipt = await findReceipt(userId, paymentId);
  if (receipt === undefined)
    throw new Error(`Bug: a receipt of payment ${paymentId}, in which its reader has no part.`);
  const { payment } = receipt;
  const t = translatorFor(locale, "mail");
  const reader = { id: userId, locale };
  const lines = receiptLines(receipt, reader);
  const amount = formatMoney(payment.amountMinor, payment.currency, locale);
  const subject = payment.status === "succeeded" ? t("receipt_subject", { amount }) : lines.title;
  const blocks: Block[] = [
    ...blocksOf(lines),
    { type: "link", label: t("receipt_open"), url: `${linkOrigin()}/payments/${payment.id}` },
    { type: "small", text: t(isAsked ? "receipt_asked" : "receipt_off") },
    { type: "small", text: t("footer") },
  ];
  return makeMessage(locale, subject, blocks, isAsked ? [await receiptPdf(receipt, reader)] : []);
}

function blocksOf(lines: ReceiptLines): Block[] {
  const { title, subtitle, facts, next, order, refunds, refunded, proof } = lines;
  const text = (words: string): Block => ({ type: "text", text: words });
  return [
    { type: "title", text: title },
    ...(subtitle === undefined ? [] : [text(subtitle)]),
    ...(next?.paragraphs ?? []).map(text),
    { type: "facts", facts },
    ...(order ? amountBlocks(order) : []),
    ...(refunds ? amountBlocks(refunds) : []),
    ...(refunded ? [text([refunded.title, ...refunded.paragraphs].join(" · "))] : []),
    ...(proof.arrivals && proof.received !== undefined ? [text(proof.received)] : []),
  ];
}

function amountBlocks({ title, intro, rows, total, outro }: AmountList): Block[] {
  const lines = total ? [...rows, { text: total[0], amount: total[1], isTotal: true } as const] : rows;
  return [
    { type: "text", text: [title, ...intro].join(" · ") },
    { type: "amounts", rows: lines },
    ...outro.map((text): Block => ({ type: "text", text })),
  ];
}
