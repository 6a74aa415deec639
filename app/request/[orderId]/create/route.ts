import { randomUUID } from "node:crypto";
import { getLocale } from "next-intl/server";
import { listAccounts, listFrozenCurrencies } from "@/db/ledger/accounts";
import { findOrder, putOrder } from "@/db/orders/orders";
import { uuid } from "@/lib/api/requests";
import { REQUEST_FIELDS } from "@/lib/pay/drafts/request";
import { formRoute } from "@/server/http/form-route";
import { readSentRequest } from "@/server/pay/check-request";
import { fieldsOf } from "@/server/pay/plain-form";

/**
 * Makes the request under the id that the form has had since it was shown: pressed twice, it is one. Sent with something
 * else after it has made one, it leads to a form with an id of its own, which says so. An id that is another's leads to a page
 * that is not found.
 */
export const POST = formRoute<{ orderId: string }>(
  "POST /request/[orderId]/create",
  async ({ form, params, user }) => {
    const id = uuid.safeParse(params.orderId);
    if (!id.success || user.role === "merchant") return "/request";
    const [all, frozen, locale] = await Promise.all([
      listAccounts(user.id),
      listFrozenCurrencies(user.id),
      getLocale(),
    ]);
    // Nobody could pay into a frozen one.
    const accounts = all.filter(({ currency }) => !frozen.includes(currency));
    const sent = new URLSearchParams({ ...fieldsOf(form, REQUEST_FIELDS), checked: "1" });
    const { order } = readSentRequest(sent, accounts, locale);
    if (order === undefined) return `/request/${id.data}?${sent}`;
    const put = await putOrder(user.id, id.data, order);
    switch (put.type) {
      case "created":
      case "same":
        return `/request/${id.data}`;
      case "conflict": {
        // Somebody else's is not found.
        if ((await findOrder(id.data))?.merchant.id !== user.id) return `/request/${id.data}`;
        sent.delete("checked");
        sent.set("made", id.data);
        return `/request/${randomUUID()}?${sent}`;
      }
      case "no-account":
      case "too-large":
        return `/request/${id.data}?${sent}`;
      default:
        return put satisfies never;
    }
  },
  ({ form, params }) => {
    const id = uuid.safeParse(params.orderId).data;
    return id === undefined
      ? "/request"
      : `/request/${id}?${new URLSearchParams({ ...fieldsOf(form, REQUEST_FIELDS), notice: "unfinished" })}`;
  },
);
