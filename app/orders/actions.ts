"use server";

import { randomUUID } from "node:crypto";
import { redirect } from "next/navigation";
import { getLocale } from "next-intl/server";
import { putOrder } from "@/db/orders/orders";
import { parseForm } from "@/lib/form/form-state";
import type { MakeState } from "@/lib/orders/make-state";
import { orderForm } from "@/lib/orders/order-form";
import { problemOf } from "@/server/http/responses";
import { authorizeAction } from "@/server/identity/authorize";
import { answerToMake } from "@/server/orders/make";

/** Puts the order of the form under the id that the form has had since it was shown: pressed twice, it is one order. */
export async function createOrder(_previous: MakeState, form: FormData): Promise<MakeState> {
  const authorization = await authorizeAction("createOrder");
  const answer = answerToMake(form);
  if (!authorization.ok) return answer.problem(authorization.problem);
  const parsed = parseForm(orderForm(await getLocale()), form);
  if (!parsed.ok) return answer.wrong(parsed.state);
  const { id } = answer;
  const merchantId = authorization.viewer.id;
  const put = await putOrder(merchantId, id, parsed.value).catch((error: unknown) => {
    problemOf(error, { action: "createOrder" });
    return { type: "unavailable" } as const;
  });
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
    case "unavailable":
      return answer.problem("unavailable");
    default:
      return put satisfies never;
  }
}
