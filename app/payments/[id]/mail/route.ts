import { getLocale } from "next-intl/server";
import { findPaymentFor } from "@/db/payments/views/queries";
import { uuid } from "@/lib/api/requests";
import { formRoute } from "@/server/http/form-route";
import { mailAskedReceipt } from "@/server/mail/asked-receipts";

/** "Send me this receipt by e-mail": to the address of whoever asks and no other, once for each form, however often it is sent. */
export const POST = formRoute<{ id: string }>(
  "POST /payments/[id]/mail",
  async ({ form, params, user }) => {
    const page = `/payments/${encodeURIComponent(params.id)}`;
    const [id, intentId] = [uuid.safeParse(params.id), uuid.safeParse(form.get("intentId"))];
    // The page itself says where there is no such payment.
    if (!id.success || !intentId.success || !(await findPaymentFor(user.id, id.data))) return page;
    const result = await mailAskedReceipt({
      paymentId: id.data,
      userId: user.id,
      intentId: intentId.data,
      locale: await getLocale(),
    });
    return `${page}?mail=${result}`;
  },
  ({ params }) => `/payments/${encodeURIComponent(params.id)}?mail=failed`,
);
