"use server";

import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import { putOrder } from "@/db/orders/orders";
import { parseForm } from "@/lib/form/form-state";
import type { MakeState } from "@/lib/orders/make-state";
import { orderForm } from "@/lib/orders/order-form";
import { formAction, troubleOf } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { answerToMake } from "@/server/orders/make";

/** Puts the order of the form under the id that the form has had since it was shown: pressed twice, it is one order. */
export async function createOrder(_previous: MakeState, form: FormData): Promise<MakeState> {
  const answer = answerToMake(form);
  return formAction(
    "createOrder",
    async () => {
      const authorization = await authorizeAction("createOrder", answer.openedAs);
      if (!authorization.ok) return answer.trouble(troubleOf(authorization));
      const parsed = parseForm(orderForm(await getLocale()), form);
      if (!parsed.ok) return answer.wrong(parsed.state);
      const { id } = answer;
      const merchantId = authorization.viewer.id;
      const put = await putOrder(merchantId, id, parsed.value);
      switch (put.type) {
        case "created":
        case "same":
          redirect(`/orders/${id}`);
          break;
        case "conflict":
          return answer.madeBefore(randomUUID());
        case "no-account":
          return answer.problem("no-account");
        case "too-large":
          return answer.tooLarge();
        default:
          return put satisfies never;
      }
    },
    answer.trouble,
  );
}
