import { getLocale, getTimeZone } from "next-intl/server";
import { findReceipt } from "@/db/payments/views/receipt";
import { uuid } from "@/lib/api/requests";
import { withoutBalances } from "@/lib/receipt";
import { receiptPdf } from "@/server/documents/receipt-pdf";
import { documentRoute } from "@/server/http/document-route";

/**
 * The receipt as a PDF, for who may see the payment, in the language and the time zone of its page. Without the viewer's balance for
 * an API key that may not read accounts.
 */
export const GET = documentRoute<{ id: string }>(
  "GET /payments/[id]/receipt.pdf",
  "document",
  async ({ params, user, scopes }) => {
    const id = uuid.safeParse(params.id);
    const receipt = id.success ? await findReceipt(user.id, id.data) : undefined;
    if (receipt === undefined) return undefined;
    const [locale, timeZone] = await Promise.all([getLocale(), getTimeZone()]);
    const shown = scopes.includes("accounts:read") ? receipt : withoutBalances(receipt);
    return await receiptPdf(shown, { id: user.id, locale, timeZone });
  },
  ({ id }) => `/payments/${encodeURIComponent(id)}`,
);
