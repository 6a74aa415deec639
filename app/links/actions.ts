"use server";

import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import { putPaymentLink } from "@/db/orders/payment-links";
import { uuid } from "@/lib/api/requests";
import { parseForm } from "@/lib/form/form-state";
import type { MakeState } from "@/lib/orders/make-state";
import { paymentLinkForm } from "@/lib/orders/order-form";
import { problemOf } from "@/server/http/responses";
import { authorizeAction } from "@/server/identity/authorize";
import { answerToMake } from "@/server/orders/make";

/** Puts the link of the form under the id that the form has had since it was shown: pressed twice, it is one link. */
export async function createPaymentLink(_previous: MakeState, form: FormData): Promise<MakeState> {
  const authorization = await authorizeAction("createPaymentLink");
  const id = uuid.safeParse(form.get("id")).data ?? randomUUID();
  const answer = answerToMake(form, id);
  if (!authorization.ok) return answer.notAuthorized(authorization.problem);
  const parsed = parseForm(paymentLinkForm(await getLocale()), form);
  if (!parsed.ok) return answer.wrong(parsed.state);
  const merchantId = authorization.viewer.id;
  const put = await putPaymentLink(merchantId, id, parsed.value).catch((error: unknown) => {
    problemOf(error, { action: "createPaymentLink" });
    return { type: "unavailable" } as const;
  });
  switch (put.type) {
    case "created":
    case "same":
      redirect(`/links/${id}`);
      break;
    case "conflict":
      return answer.madeBefore(randomUUID());
    case "no-account":
      return answer.problem("no-account");
    case "too-large":
      return answer.tooLarge();
    case "unavailable":
      return answer.problem("unavailable");
    default:
      return put satisfies never;
  }
}
