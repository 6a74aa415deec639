/** A receipt that somebody asks to have mailed. */
import { enqueueAskedReceipt } from "@/db/mail/asked-receipts";
import type { Locale } from "@/lib/locale";
import type { MailResult } from "@/lib/receipt";
import { consumeQuota } from "../http/rate-limits.ts";
import { hasMail } from "./delivery.ts";
import { wakeMailWorker } from "./worker.ts";

/** After a day nobody waits for it any more: they have looked at the page. */
const EXPIRES_SECONDS = 24 * 60 * 60;

/**
 * Has the receipt mailed to `userId`, who must be in the payment: to their own confirmed address. Nothing waits for the mail
 * server. Throws where the database cannot be reached; then nothing is stored, or asking again with the same `intentId` is safe.
 */
export async function mailAskedReceipt(asked: {
  paymentId: string;
  userId: string;
  intentId: string;
  locale: Locale;
}): Promise<MailResult> {
  if (!hasMail()) return "failed";
  if (!(await consumeQuota("receipt-mail", asked.userId)).isWithin) return "limited";
  const result = await enqueueAskedReceipt({ ...asked, expiresInSeconds: EXPIRES_SECONDS });
  if (result === "unverified") return "unverified";
  if (result === "stored") wakeMailWorker();
  return "sent";
}
