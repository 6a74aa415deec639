"use server";

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
      const put = await putOrder(authorization.viewer.id, answer.id, parsed.value);
      return answer.toPut(put, `/orders/${answer.id}`);
    },
    answer.trouble,
  );
}
