import { getLocale } from "next-intl/server";
import { findReceipt } from "@/db/payments/views/receipt";
import { uuid } from "@/lib/api/requests";
import { receiptPdf } from "@/server/documents/receipt-pdf";
import { documentRoute } from "@/server/http/document-route";

/** The receipt as a PDF, for who may see the payment, in the language of its page. */
export const GET = documentRoute<{ id: string }>(
  "GET /payments/[id]/receipt.pdf",
  "document",
  async ({ params, user }) => {
    const id = uuid.safeParse(params.id);
    const receipt = id.success ? await findReceipt(user.id, id.data) : undefined;
    return receipt && (await receiptPdf(receipt, user.id, await getLocale()));
  },
  ({ id }) => `/payments/${encodeURIComponent(id)}`,
);
