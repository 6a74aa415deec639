"use server";

import { getLocale } from "next-intl/server";
import { putPaymentLink } from "@/db/orders/payment-links";
import { parseForm } from "@/lib/form/form-state";
import type { MakeState } from "@/lib/orders/make-state";
import { paymentLinkForm } from "@/lib/orders/order-form";
import { formAction, troubleOf } from "@/server/http/form-action";
import { authorizeAction } from "@/server/identity/authorize";
import { answerToMake } from "@/server/orders/make";

/** Puts the link of the form under the id that the form has had since it was shown: pressed twice, it is one link. */
export async function createPaymentLink(_previous: MakeState, form: FormData): Promise<MakeState> {
  const answer = answerToMake(form);
  return formAction(
    "createPaymentLink",
    async () => {
      const authorization = await authorizeAction("createPaymentLink", answer.openedAs);
      if (!authorization.ok) return answer.trouble(troubleOf(authorization));
      const parsed = parseForm(paymentLinkForm(await getLocale()), form);
      if (!parsed.ok) return answer.wrong(parsed.state);
      const put = await putPaymentLink(authorization.viewer.id, answer.id, parsed.value);
      return answer.toPut(put, `/links/${answer.id}`);
    },
    answer.trouble,
  );
}
