import { getLocale, getTimeZone } from "next-intl/server";
import { findReceipt } from "@/db/payments/views/receipt";
import { uuid } from "@/lib/api/requests";
import { receiptPdf } from "@/server/documents/receipt-pdf";
import { documentRoute } from "@/server/http/document-route";

/** The receipt as a PDF, for who may see the payment, in the language and the time zone of its page. */
export const GET = documentRoute<{ id: string }>(
  "GET /payments/[id]/receipt.pdf",
  "document",
  async ({ params, user }) => {
    const id = uuid.safeParse(params.id);
    const receipt = id.success ? await findReceipt(user.id, id.data) : undefined;
    if (receipt === undefined) return undefined;
    const [locale, timeZone] = await Promise.all([getLocale(), getTimeZone()]);
    return await receiptPdf(receipt, { id: user.id, locale, timeZone });
  },
  ({ id }) => `/payments/${encodeURIComponent(id)}`,
);
